//! Refusals are written for the command line; on the screen they say what to press, not what to type.

use crate::failure::Failure;

/// The sentence of a refusal as the screen shows it.
pub(super) fn for_screen(failure: &Failure) -> String {
    let words = match failure.code.as_str() {
        "unknown-entry" => "That entry is not here any more. Look at the page again.",
        "unknown-assessment" => "This assessment is not on this computer.",
        "unknown-request" => "Nobody waits with that request any more: it was answered already, or its time is over.",
        "unknown-member" => "That person is not in the team any more.",
        "no-relay" => {
            "Kith does not know yet how to reach your colleagues. Give the connection's address, which your IT team has."
        }
        "link-spent" => "The link that they used cannot be used any more. Make a new one.",
        "no-words" => "The four words have not come yet. Wait a moment, compare them, then let them in.",
        "relay-refused" => "The connection was refused. Ask your IT team; what you write is kept here meanwhile.",
        "relay" => "Your colleagues cannot be reached now. What you write is kept here and goes when there is a signal.",
        _ => return without_commands(&failure.message),
    };
    words.to_owned()
}

/// Without the sentences that tell what to type at a terminal.
fn without_commands(message: &str) -> String {
    if !message.contains('`') && !message.contains("--") {
        return message.to_owned();
    }
    let kept: Vec<&str> =
        message.split_inclusive(['.', ';', ':', '?']).filter(|part| !part.contains('`') && !part.contains("--")).collect();
    let mut kept = kept.concat().trim().trim_end_matches([';', ':']).to_owned();
    if kept.is_empty() {
        "That could not be done. Nothing was changed.".clone_into(&mut kept);
    } else if !kept.ends_with(['.', '?', '!']) {
        kept.push('.');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_refusal_on_screen_tells_what_to_type_at_a_terminal() {
        for (code, message) in [
            ("unknown-entry", "there is no entry x in this assessment. `kith show` lists what there is, with ids"),
            ("other", "The address is wrong. Set it with `kith relay wss://…`"),
            ("other", "Say why, in a few words: --why. Nobody was taken out"),
            ("phone", "Say which telephone colleagues ring from now on. Nothing was changed; give it with --phone"),
            ("other", "`kith show` lists them"),
        ] {
            let shown = for_screen(&Failure::refused(code, message));
            assert!(!shown.contains('`') && !shown.contains("--") && shown.ends_with('.'), "{shown}");
        }
        assert_eq!(for_screen(&Failure::refused("x", "Write a few words")), "Write a few words.");
    }
}
