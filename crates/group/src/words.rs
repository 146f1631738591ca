//! The words that people compare aloud: 256 concrete, harmless nouns, one for each byte.
//!
//! The list is part of the protocol: both sides must have the same one, so it never changes.

/// In alphabetical order; no two are one letter apart.
#[rustfmt::skip] // One word a line would be 256 lines.
pub(crate) const WORDS: [&str; 256] = [
    "acorn", "almond", "anchor", "anvil", "apple", "apron", "arrow", "atlas", "autumn", "badge", "bagel",
    "bamboo", "banana", "banjo", "barley", "barrel", "basil", "basket", "beach", "beacon", "bell", "birch",
    "biscuit", "blanket", "blossom", "bonnet", "bottle", "boulder", "bracket", "bramble", "bread", "breeze",
    "brick", "bridge", "broom", "bubble", "bucket", "buckle", "bugle", "button", "cabin", "cactus", "camel",
    "camera", "candle", "canoe", "canvas", "carpet", "carrot", "castle", "cedar", "celery", "chair", "chalk",
    "cheese", "chimney", "cinema", "circle", "clarinet", "cliff", "clock", "cloud", "clover", "coconut",
    "collar", "comet", "compass", "copper", "coral", "cotton", "crayon", "cricket", "crystal", "cupboard",
    "curtain", "cushion", "daisy", "dolphin", "domino", "donkey", "dragon", "drawer", "drum", "eagle", "easel",
    "echo", "elbow", "ember", "emerald", "engine", "envelope", "falcon", "feather", "fence", "fern", "fiddle",
    "finch", "flannel", "flask", "flute", "forest", "garden", "garlic", "giraffe", "glacier", "glove",
    "goblet", "granite", "guitar", "hammock", "harbour", "harp", "hazel", "hedge", "heron", "hillside",
    "honey", "iceberg", "igloo", "island", "ivory", "jacket", "jasmine", "jelly", "jigsaw", "jungle", "kayak",
    "kennel", "kettle", "kingdom", "kitchen", "kite", "ladder", "lagoon", "lake", "lantern", "lavender",
    "leaf", "lemon", "lettuce", "library", "lighthouse", "lilac", "lobster", "lotus", "lunch", "magnet",
    "mango", "mantle", "maple", "marble", "meadow", "melon", "mirror", "mitten", "mosaic", "mountain",
    "muffin", "mushroom", "napkin", "nectar", "needle", "nest", "notebook", "nutmeg", "oatmeal", "ocean",
    "octopus", "olive", "onion", "orange", "orchard", "otter", "owl", "oyster", "paddle", "palace", "pancake",
    "panda", "paper", "parcel", "parsley", "peanut", "pebble", "pencil", "pepper", "piano", "pigeon", "planet",
    "pocket", "pony", "potato", "prairie", "pudding", "puzzle", "pyramid", "quartz", "quilt", "rabbit",
    "radish", "rainbow", "raisin", "raven", "ribbon", "river", "robin", "rooster", "saffron", "salad",
    "sandal", "satchel", "saucer", "scarf", "seagull", "silver", "skate", "spider", "sponge", "spruce",
    "squirrel", "statue", "sundial", "sunset", "swan", "table", "teapot", "temple", "thistle", "thunder",
    "ticket", "tiger", "timber", "toffee", "tomato", "tractor", "trumpet", "tulip", "tunnel", "turtle",
    "umbrella", "valley", "vanilla", "velvet", "violin", "volcano", "waffle", "wagon", "walnut", "walrus",
    "waterfall", "willow", "window", "winter", "yacht", "yoghurt", "zebra",
];

#[cfg(test)]
mod tests {
    use super::WORDS;

    #[test]
    fn the_words_are_frozen_and_each_is_there_once() {
        assert!(WORDS.is_sorted_by(|a, b| a < b));
        insta::assert_snapshot!(crate::format::digest("", &[WORDS.join(" ").as_bytes()]));
    }

    #[test]
    fn no_two_words_differ_by_one_letter() {
        for (at, one) in WORDS.iter().enumerate() {
            for two in &WORDS[at + 1..] {
                let alike = one.bytes().zip(two.bytes()).filter(|(a, b)| a == b).count();
                assert!(one.len() != two.len() || alike + 1 < one.len(), "{one} {two}");
            }
        }
    }
}
