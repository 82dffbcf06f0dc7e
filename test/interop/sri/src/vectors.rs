//! Test vectors: handshakes with their frames, and a few frames of every message.

use crate::fields::{bytes, hex, Example, Result};
use crate::link::{self, Authority};
use crate::{keys, messages, user_identity};
use rand::{rngs::StdRng, RngCore, SeedableRng};
use secp256k1::{ellswift::ElligatorSwift, Keypair, Parity, Secp256k1, SecretKey};
use serde_json::{json, Value};
use stratum_core::mining_sv2::MESSAGE_TYPE_SUBMIT_SHARES_EXTENDED;
use stratum_core::parsers_sv2::{AnyMessageOwned, IsSv2Message};

const GENERATOR: &str = concat!("sri-peer ", env!("CARGO_PKG_VERSION"), ", stratum-core 0.6.0");

/// The next key that the crate of Noise draws from a source: its y coordinate is even.
fn next_key(random: &mut StdRng) -> Keypair {
    let secp = Secp256k1::new();
    let secret = SecretKey::new(random);
    let odd = secret.public_key(&secp).x_only_public_key().1 == Parity::Odd;
    Keypair::from_secret_key(&secp, &if odd { secret.negate() } else { secret })
}

/// The secret, the x coordinate and the encoding of a key.
fn describe(key: &Keypair) -> (String, String, String) {
    (
        hex(&key.secret_bytes()),
        hex(&key.x_only_public_key().0.serialize()),
        hex(&ElligatorSwift::from_pubkey(key.public_key()).to_array()),
    )
}

/// The certificate of an act 2, which the crate shows only when it refuses it.
fn certificate(seed: [u8; 32], act2: link::Act2, now: u32) -> Result<String> {
    let (_, started) = link::start(Some(keys::public(&[7; 32])?), &mut StdRng::from_seed(seed))?;
    let refused = link::finish(started, act2, now).err().ok_or("accepted by another authority")?;
    let signature = refused.split("signature: ").nth(1).ok_or("no certificate")?;
    Ok(signature.trim_end_matches([' ', '}']).into())
}

fn payload(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * 7 + 13) as u8).collect()
}

fn handshake(number: u8) -> Result<Value> {
    let (initiator_seed, responder_seed) = ([number; 32], [number ^ 0x80; 32]);
    let mut random = StdRng::from_seed([number ^ 0x40; 32]);
    let authority_key = next_key(&mut random);
    let authority = Authority {
        secret: authority_key.secret_bytes(),
        validity: 3600 << number,
        now: 1_700_000_000 + (random.next_u32() >> 4),
    };
    let (act1, started) = link::start(Some(keys::public(&authority.secret)?), &mut StdRng::from_seed(initiator_seed))?;
    let (act2, mut responder) = link::respond(&authority, act1, &mut StdRng::from_seed(responder_seed))?;
    let signature = certificate(initiator_seed, act2, authority.now)?;
    let mut initiator = link::finish(started, act2, authority.now)?;

    // What the crate drew: one key as the initiator, two as the responder.
    let (i_secret, _, i_encoding) = describe(&next_key(&mut StdRng::from_seed(initiator_seed)));
    let mut drawn = StdRng::from_seed(responder_seed);
    let (r_secret, _, r_encoding) = describe(&next_key(&mut drawn));
    let (s_secret, s_x, s_encoding) = describe(&next_key(&mut drawn));
    let (_, authority_x, _) = describe(&authority_key);

    let mut frames = Vec::new();
    for size in [0, 1, 6, 16, 100, 1000, 65518, 65519, 65520, 131039, 200000] {
        for from in ["initiator", "responder"] {
            let mut frame = vec![0, 0, 0x71];
            frame.extend_from_slice(&(size as u32).to_le_bytes()[..3]);
            frame.extend(payload(size));
            let (sender, receiver) =
                if from == "initiator" { (&mut initiator, &mut responder) } else { (&mut responder, &mut initiator) };
            let wire = sender.seal(&frame)?;
            if receiver.open(&wire)? != [frame] {
                return Err("the crates do not open what they sealed".into());
            }
            let mut vector = json!({
                "from": from, "extension_type": 0, "msg_type": 0x71, "payload_len": size, "wire_len": wire.len(),
                "wire_sha256": hex(&sha256(&wire)),
            });
            if size <= 100 {
                vector["wire"] = hex(&wire).into();
            }
            frames.push(vector);
        }
    }
    Ok(json!({
        "authority_secret": hex(&authority.secret),
        "authority_xonly": authority_x,
        "authority_base58check": keys::describe(&authority.secret)?["public_text"],
        "responder_static_secret": s_secret,
        "responder_static_xonly": s_x,
        "responder_static_ellswift": s_encoding,
        "initiator_ephemeral_secret": i_secret,
        "initiator_ephemeral_ellswift": i_encoding,
        "responder_ephemeral_secret": r_secret,
        "responder_ephemeral_ellswift": r_encoding,
        "cert_version": 0,
        "cert_valid_from": authority.now,
        "cert_not_valid_after": authority.now + authority.validity,
        "cert_signature": signature,
        "act1": hex(&act1),
        "act2": hex(&act2),
        "frames": frames,
    }))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use secp256k1::hashes::{sha256::Hash, Hash as _};
    Hash::hash(bytes).to_byte_array()
}

/// Handshakes and their frames, in the form of noise/testdata/noise_nx.json.
pub fn noise() -> Result<Value> {
    Ok(json!({
        "generator": GENERATOR,
        "payload_pattern": "byte[i]=(i*7+13)&0xff",
        "note": "frames are sent in list order on one connection, nonces run on; hashes and keys that the crates do not show are absent",
        "vectors": (1..=2).map(handshake).collect::<Result<Vec<Value>>>()?,
    }))
}

/// Every message with the least, with some and with the most that its fields hold, and user identities behind shares; in
/// the form of sv2/testdata/frames.json.
pub fn frames() -> Result<Value> {
    let mut random = StdRng::from_seed([1; 32]);
    let mut vectors = Vec::new();
    for (kind, name) in [(Example::Least, "least"), (Example::Some, "some"), (Example::Most, "most")] {
        for message in messages::examples(kind, &mut random) {
            vectors.push(frame(name, messages::encode(message)?)?);
        }
    }
    let some = messages::examples(Example::Some, &mut random);
    let is_share = |message: &AnyMessageOwned| message.message_type() == MESSAGE_TYPE_SUBMIT_SHARES_EXTENDED;
    let share = some.into_iter().find(is_share).ok_or("no share")?;
    for identity in ["", "Worker_001", "a worker with 32 bytes in a name"] {
        vectors.push(frame("user identity", user_identity::append(share.clone(), identity.as_bytes())?)?);
    }
    Ok(json!({
        "generator": GENERATOR,
        "note": "each frame was encoded by the crates and decoded again; fields are what they then showed",
        "vectors": vectors,
    }))
}

/// The vector of a frame: what the crates decode, with F32 as a number.
fn frame(name: &str, frame: Vec<u8>) -> Result<Value> {
    let mut vector = messages::decode(&frame)?.value();
    if let Some(rate) = vector["fields"].get_mut("nominal_hash_rate") {
        *rate = f32::from_le_bytes(bytes(rate)?.try_into().map_err(|_| "no F32")?).into();
    }
    vector["name"] = format!(
        "{:#06x} {:#04x}, {name}",
        vector["extension_type"].as_u64().unwrap_or(0),
        vector["msg_type"].as_u64().unwrap_or(0)
    )
    .into();
    vector["frame"] = hex(&frame).into();
    Ok(vector)
}

/// Writes vectors with one of them per line.
pub fn write(file: &Value) -> String {
    let mut lines = Vec::new();
    for (name, value) in file.as_object().into_iter().flatten() {
        lines.push(match value.as_array() {
            Some(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("  {item}")).collect();
                format!(" \"{name}\": [\n{}\n ]", items.join(",\n"))
            }
            None => format!(" \"{name}\": {value}"),
        });
    }
    format!("{{\n{}\n}}", lines.join(",\n"))
}
