//! A profile that is set back to an older copy (a backup, a disk image) would use numbers again that its own later self has used:
//! the relay's count gives it away, and it writes nothing under its key any more (notes 6.7).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.

use kith_tests::processes::{Practitioner, Relay, check, copy_files};

#[test]
fn a_profile_set_back_to_an_older_copy_says_so_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let priya =
        Practitioner::set_up(&folder.path().join("priya"), "Priya Marsh", "children's social care", "social worker", &relay.url);
    let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let nadia = Practitioner::new(&folder.path().join("nadia"));
    priya.lets_in(&larch, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    nadia.write(&larch, "by Nadia, before the copy");
    nadia.sync();
    let copy = folder.path().join("copy");
    copy_files(&nadia.folder, &copy);
    nadia.write(&larch, "by Nadia, after the copy");
    nadia.sync();
    priya.sync();
    let known = priya.texts(&larch);
    assert_eq!(known, ["by Nadia, after the copy", "by Nadia, before the copy"]);

    std::fs::remove_dir_all(&nadia.folder).unwrap();
    copy_files(&copy, &nadia.folder);
    // Nobody can know it offline: it is saved, and stays readable.
    nadia.write(&larch, "by Nadia, on the older copy");
    for _ in 0..2 {
        nadia.answer(&["sync"]);
        let status = nadia.status(&larch);
        assert_eq!(status["standing"]["state"], "rolled-back", "{status}");
        let words = status["standing"]["words"].as_str().unwrap();
        assert!(words.contains("older copy") && words.contains("Ask a lead"), "{words}");
    }
    assert!(nadia.texts(&larch).contains(&"by Nadia, on the older copy".to_owned()));
    let (exit, value) =
        nadia.answer(&["write", &larch, "--dimension", "1.6", "--as", "worry", "--text", "by Nadia, knowing better"]);
    assert_eq!(exit, Some(1), "{value}");
    nadia.answer(&["sync"]);
    // Nothing of it went anywhere, and all that went before is proved.
    priya.sync();
    assert_eq!(priya.texts(&larch), known);
    assert_eq!(priya.verify(&larch), (true, vec![]));
    let data = relay.folder.clone();
    relay.stop();
    let (sound, said) = check(&data);
    assert!(sound, "{said}");
}
