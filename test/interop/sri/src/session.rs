//! A client and a server over TCP: Noise, SetupConnection, extension negotiation, shares. Each takes its configuration as
//! one JSON object and reports what happens as one JSON object per line. Messages are dispatched by the crate of handlers;
//! the decisions that it leaves open are made here as the specification says.

mod client;
mod connection;
mod server;

pub use client::{client_handles, noise_initiator, run_client};
pub use server::{noise_responder, run_server, used_version};

use crate::fields::{Fields, Result};
use serde_json::{json, Value};
use stratum_core::handlers_sv2::HandlerErrorType;
use stratum_core::parsers_sv2::{AnyMessageOwned, ParserError};

/// Why a handler refused a message.
#[derive(Debug)]
pub struct Refused(String);

impl HandlerErrorType for Refused {
    fn unexpected_message(extension_type: u16, message_type: u8) -> Self {
        Refused(format!("unexpected message {extension_type:#06x} {message_type:#04x}"))
    }

    fn parse_error(error: ParserError) -> Self {
        Refused(error.to_string())
    }
}

/// Reports that something happened.
fn report(event: &str, more: Value) {
    let mut line = json!({ "event": event });
    if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
    println!("{line}");
}

/// A message of literal fields.
fn message(extension_type: u16, msg_type: u8, fields: Value) -> Result<AnyMessageOwned> {
    let fields: &Fields = fields.as_object().ok_or("no fields")?;
    crate::messages::message(extension_type, msg_type, fields)
}

/// A list of extensions in a configuration; empty if it is not there.
fn extensions(value: &Value) -> Vec<u16> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_u64).map(|item| item as u16).collect()
}

/// A number in a configuration; 0 if it is not there.
fn number(value: &Value) -> u32 {
    value.as_u64().unwrap_or(0) as u32
}

fn key(value: &Value) -> Result<Option<[u8; 32]>> {
    match value {
        Value::Null => Ok(None),
        text => Ok(Some(crate::fields::bytes(text)?.try_into().map_err(|_| "not 32 bytes")?)),
    }
}
