//! Keys of authorities, as bytes and as the text of configuration files.

use crate::fields::{hex, Result};
use key_utils::{Secp256k1PublicKey, Secp256k1SecretKey};
use secp256k1::SecretKey;
use serde_json::{json, Value};

fn secret_key(secret: &[u8]) -> Result<Secp256k1SecretKey> {
    SecretKey::from_slice(secret).map(Secp256k1SecretKey).map_err(|error| error.to_string())
}

/// The x coordinate that belongs to a secret key.
pub fn public(secret: &[u8; 32]) -> Result<[u8; 32]> {
    Ok(Secp256k1PublicKey::from(secret_key(secret)?).into_bytes())
}

/// Everything about a secret key.
pub fn describe(secret: &[u8]) -> Result<Value> {
    let secret = secret_key(secret)?;
    let public = Secp256k1PublicKey::from(secret);
    Ok(json!({
        "public": hex(&public.into_bytes()),
        "public_text": public.to_string(),
        "secret_text": secret.to_string(),
    }))
}

/// The bytes of a public key's text.
pub fn parse_public(text: &[u8]) -> Result<[u8; 32]> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    Ok(text.parse::<Secp256k1PublicKey>().map_err(|error| error.to_string())?.into_bytes())
}

/// The public key that belongs to a secret key's text.
pub fn parse_secret(text: &[u8]) -> Result<[u8; 32]> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let secret = text.parse::<Secp256k1SecretKey>().map_err(|error| error.to_string())?;
    Ok(Secp256k1PublicKey::from(secret).into_bytes())
}
