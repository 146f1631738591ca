//! What a guest draws or says aloud. It goes to the strand record and never further: only typed words can join an assessment.

use minicbor::{Decode, Encode};

use super::said::{MAX_NAME, visible};

/// The longest voice note, in bytes: a minute and a half as a phone's browser records speech.
pub const MAX_VOICE: usize = 192 * 1024;
/// How far a drawing reaches, each way.
pub const PAPER: u16 = 1_000;
const MAX_MARKS: usize = 64;
const MAX_LINES: usize = 256;
const MAX_POINTS: usize = 8_192;

/// Something on a drawing, with words to it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DrawnMark {
    /// From the left, 0 to [`PAPER`].
    #[n(0)]
    pub x: u16,
    /// From the top, 0 to [`PAPER`].
    #[n(1)]
    pub y: u16,
    /// What it is: `ok`, `depends`, `notOk` on a map of places; `me`, `person`, `place` in a circle.
    #[n(2)]
    pub sign: String,
    /// Words beside it; may be empty.
    #[n(3)]
    pub words: String,
}

/// Marks with words, and lines drawn by hand. Data, not a picture: whoever shows it draws it anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(array)]
pub struct Drawing {
    /// The marks.
    #[n(0)]
    pub marks: Vec<DrawnMark>,
    /// Each line's points, from the left and from the top.
    #[n(1)]
    pub lines: Vec<Vec<(u16, u16)>>,
    /// What they say to it.
    #[n(2)]
    pub words: String,
}

impl Drawing {
    pub(super) fn is_within_limits(&self) -> bool {
        let on_paper = |x: u16, y: u16| x <= PAPER && y <= PAPER;
        self.marks.len() <= MAX_MARKS
            && self.lines.len() <= MAX_LINES
            && self.lines.iter().map(Vec::len).sum::<usize>() <= MAX_POINTS
            && self.words.len() <= 16 * MAX_NAME
            && self.lines.iter().flatten().all(|(x, y)| on_paper(*x, *y))
            && self
                .marks
                .iter()
                .all(|mark| on_paper(mark.x, mark.y) && mark.sign.len() <= MAX_NAME && mark.words.len() <= MAX_NAME)
    }

    pub(super) fn clean(&mut self, mut clean: impl FnMut(&mut String)) {
        for mark in &mut self.marks {
            clean(&mut mark.sign);
            clean(&mut mark.words);
        }
        clean(&mut self.words);
    }
}

/// What comes with an answer and is not words.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Attachment {
    /// A voice note.
    #[n(0)]
    Voice {
        /// The question that it answers.
        #[n(0)]
        question: String,
        /// How it is coded: `audio/webm;codecs=opus`, `audio/mp4`.
        #[n(1)]
        media: String,
        /// How long it is, in whole seconds.
        #[n(2)]
        seconds: u16,
        /// The recording; at most [`MAX_VOICE`].
        #[cbor(n(3), with = "minicbor::bytes")]
        sound: Vec<u8>,
    },
    /// A drawing: a map of places that are safe and places that are not.
    #[n(1)]
    Drawing {
        /// The question that it answers.
        #[n(0)]
        question: String,
        /// What is on it.
        #[n(1)]
        drawing: Drawing,
    },
}

impl Attachment {
    /// As it stands in a record, wherever it was made: within the limits, without characters that cannot be seen.
    pub fn checked(mut self) -> Option<Self> {
        self.clean(|text| *text = visible(text));
        self.is_within_limits().then_some(self)
    }

    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Voice { question, media, sound, .. } => {
                question.len() <= MAX_NAME
                    && sound.len() <= MAX_VOICE
                    && matches!(media.split(';').next(), Some(kind) if SOUNDS.contains(&kind))
                    && media.len() <= MAX_NAME
            }
            Self::Drawing { question, drawing } => question.len() <= MAX_NAME && drawing.is_within_limits(),
        }
    }

    pub(super) fn clean(&mut self, mut clean: impl FnMut(&mut String)) {
        match self {
            Self::Voice { question, media, .. } => {
                clean(question);
                clean(media);
            }
            Self::Drawing { question, drawing } => {
                clean(question);
                drawing.clean(clean);
            }
        }
    }
}

/// What a practitioner's program is willing to play.
const SOUNDS: [&str; 4] = ["audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg"];
