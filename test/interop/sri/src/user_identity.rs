//! The user identity of extension 0x0002 behind a message.

use crate::fields::{hex, Result};
use serde_json::{json, Value};
use stratum_core::extensions_sv2::{UserIdentity, EXTENSION_TYPE_WORKER_HASHRATE_TRACKING};
use stratum_core::framing_sv2::framing::SerializedFrame;
use stratum_core::parsers_sv2::{parse_message_frame_with_tlvs, AnyMessageOwned, Tlv, TlvField, TlvList};

/// The frame of a message with the identity behind it.
pub fn append(message: AnyMessageOwned, identity: &[u8]) -> Result<Vec<u8>> {
    let tlv = UserIdentity::from_bytes(identity)?.to_tlv().map_err(|error| error.to_string())?;
    let tlvs = TlvList::from_slice(&[tlv]).map_err(|error| error.to_string())?;
    tlvs.build_frame_bytes_with_tlvs(message).map_err(|error| error.to_string())
}

/// The identity among the TLVs, or null.
pub fn find(tlvs: &[Tlv]) -> Value {
    tlvs.iter().find_map(|tlv| UserIdentity::from_tlv(tlv).ok()).map_or(Value::Null, |identity| hex(identity.as_bytes()).into())
}

/// The TLVs that a receiver with this extension sees behind a frame's message.
pub fn read(frame: &[u8]) -> Result<Value> {
    let mut frame = SerializedFrame::from_bytes(frame.to_vec()).map_err(|hint| hint.to_string())?;
    let header = frame.header();
    let (_, tlvs) = parse_message_frame_with_tlvs(header, frame.payload(), &[EXTENSION_TYPE_WORKER_HASHRATE_TRACKING])
        .map_err(|error| error.to_string())?;
    let tlvs = tlvs.unwrap_or_default();
    let list: Vec<Value> =
        tlvs.iter().map(|tlv| json!([tlv.r#type.extension_type, tlv.r#type.field_type, hex(&tlv.value)])).collect();
    Ok(json!({ "tlvs": list, "user_identity": find(&tlvs) }))
}
