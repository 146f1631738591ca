//! The changes of a bundle, in the three ways in which they travel (protocol 3 and 10).

use minicbor::data::Type;
use minicbor::{Decode, Decoder, Encode, Encoder, bytes::ByteVec};

use crate::Digest;

/// The changes of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Raw changes, each whole: payload byte 0.
    Changes(Vec<Vec<u8>>),
    /// Many changes packed by Automerge's `bundle` (experimental there, pinned here): payload byte 1.
    Bundled(Vec<u8>),
    /// Few changes that name what they depend on in short: payload byte 2. In a meeting of twenty a keystroke depends on a dozen
    /// changes, and their hashes would take more than all the rest of it.
    Short(Vec<ShortChange>),
}

/// A raw change without its header, and with names in place of hashes. The receiver puts the same bytes together again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortChange {
    /// What it depends on, in the change's own order.
    pub deps: Vec<Dependency>,
    /// Its actor; empty for the author's own.
    pub actor: Vec<u8>,
    /// The raw bytes after the actor.
    pub rest: Vec<u8>,
}

/// One dependency of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependency {
    /// The change that ends with an operation of the actor whose id begins with these bytes. The number says how far the operation
    /// lies below the first one of the change that names it.
    Last([u8; 4], u64),
    /// By its hash.
    Hash(Digest),
}

/// `[0, [change...]]`, `[1, bytes]`, or `[2, [short...]]` with short = `[[dep...], actor, rest]` and dep = 4 bytes and a number, or a
/// hash.
impl<C> Encode<C> for Payload {
    fn encode<W: minicbor::encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?;
        match self {
            Self::Changes(changes) => {
                e.u8(0)?.array(changes.len() as u64)?;
                for change in changes {
                    e.bytes(change)?;
                }
                e.ok()
            }
            Self::Bundled(bytes) => e.u8(1)?.bytes(bytes)?.ok(),
            Self::Short(changes) => {
                e.u8(2)?.array(changes.len() as u64)?;
                for ShortChange { deps, actor, rest } in changes {
                    let items: u64 = deps.iter().map(|dep| if matches!(dep, Dependency::Last(..)) { 2 } else { 1 }).sum();
                    e.array(3)?.array(items)?;
                    for dep in deps {
                        match dep {
                            Dependency::Last(actor, below) => e.bytes(actor)?.u64(*below)?,
                            Dependency::Hash(hash) => e.bytes(&hash.0)?,
                        };
                    }
                    e.bytes(actor)?.bytes(rest)?;
                }
                e.ok()
            }
        }
    }
}

fn wrong(what: &'static str) -> minicbor::decode::Error {
    minicbor::decode::Error::message(what)
}

/// The length of an array that says how long it is.
fn array(d: &mut Decoder<'_>) -> Result<u64, minicbor::decode::Error> {
    d.array()?.ok_or_else(|| wrong("arrays here are of known length"))
}

impl<'b, C> Decode<'b, C> for Payload {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.array()? != Some(2) {
            return Err(wrong("a payload is a pair"));
        }
        match d.u8()? {
            0 => {
                if d.datatype()? != Type::Array {
                    return Err(wrong("changes are an array of known length"));
                }
                let changes = d.array_iter::<ByteVec>()?;
                Ok(Self::Changes(changes.map(|change| change.map(Into::into)).collect::<Result<_, _>>()?))
            }
            1 => Ok(Self::Bundled(d.bytes()?.to_vec())),
            2 => {
                let count = array(d)?;
                let mut changes = Vec::new();
                for _ in 0..count {
                    changes.push(short(d)?);
                }
                Ok(Self::Short(changes))
            }
            _ => Err(wrong("an unknown payload")),
        }
    }
}

fn short(d: &mut Decoder<'_>) -> Result<ShortChange, minicbor::decode::Error> {
    if array(d)? != 3 {
        return Err(wrong("a change in short has three parts"));
    }
    let mut items = array(d)?;
    let mut deps = Vec::new();
    while items > 0 {
        let name = d.bytes()?;
        if let Ok(hash) = <[u8; 32]>::try_from(name) {
            deps.push(Dependency::Hash(Digest(hash)));
            items -= 1;
        } else {
            let actor = name.try_into().map_err(|_| wrong("a dependency is four bytes and a number, or a hash"))?;
            deps.push(Dependency::Last(actor, d.u64()?));
            items = items.checked_sub(2).ok_or_else(|| wrong("a dependency without its number"))?;
        }
    }
    Ok(ShortChange { deps, actor: d.bytes()?.to_vec(), rest: d.bytes()?.to_vec() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{bytes_like, hex};
    use proptest::prelude::*;

    fn short() -> Payload {
        let deps = vec![Dependency::Last([1, 2, 3, 4], 300), Dependency::Hash(Digest([5; 32])), Dependency::Last([6; 4], 1)];
        Payload::Short(vec![
            ShortChange { deps, actor: Vec::new(), rest: vec![7, 8] },
            ShortChange { deps: Vec::new(), actor: vec![9; 16], rest: vec![] },
        ])
    }

    #[test]
    fn a_change_in_short_is_frozen() {
        let bytes = minicbor::to_vec(short()).unwrap();
        insta::assert_snapshot!(hex(&bytes));
        assert_eq!(minicbor::decode::<Payload>(&bytes).unwrap(), short());
    }

    proptest! {
        #[test]
        fn decoding_a_payload_never_panics(bytes in bytes_like(minicbor::to_vec(short()).unwrap())) {
            let _ = minicbor::decode::<Payload>(&bytes);
        }
    }
}
