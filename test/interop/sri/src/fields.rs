//! Values of message fields as JSON, in the form of libsv2's frame vectors: integers as numbers, bytes in hex, sequences as
//! lists, an absent OPTION as null. F32 is the hex of its four bytes on the wire, so that a NaN compares.

use rand::{rngs::StdRng, Rng};
use serde_json::{Map, Value};
use stratum_core::binary_sv2::{
    B016MOwned, B0255Owned, B032Owned, B064KOwned, Seq0255Owned, Seq064KOwned, Sv2OptionOwned, U256Owned,
};
use stratum_core::common_messages_sv2::Protocol;

pub type Fields = Map<String, Value>;

/// What cannot be done, in words.
pub type Result<T> = std::result::Result<T, String>;

/// A type of a field of a message.
pub trait Field: Sized {
    fn value(&self) -> Value;
    fn from_value(value: &Value) -> Result<Self>;
    /// The value for a test vector.
    fn example(kind: Example, random: &mut StdRng) -> Self;
}

/// What the fields of a test vector hold.
#[derive(Clone, Copy, PartialEq)]
pub enum Example {
    /// Zero, nothing, absent.
    Least,
    /// Random and short.
    Some,
    /// The largest number, and as long as a vector should be.
    Most,
}

impl Example {
    /// A length of at most so much.
    fn length(self, most: usize, random: &mut StdRng) -> usize {
        match self {
            Example::Least => 0,
            Example::Some => random.gen_range(1..=most.min(24)),
            Example::Most => most,
        }
    }
}

/// The field of the name, or why there is none.
pub fn field<T: Field>(fields: &Fields, name: &str) -> Result<T> {
    let value = fields.get(name).ok_or_else(|| format!("no {name}"))?;
    T::from_value(value).map_err(|error| format!("{name}: {error}"))
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

pub fn from_hex(text: &str) -> Result<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).ok_or("not hex".to_string());
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err("half a byte".into());
    }
    pairs.map(|pair| Ok((digit(pair[0])? << 4 | digit(pair[1])?) as u8)).collect()
}

pub fn bytes(value: &Value) -> Result<Vec<u8>> {
    from_hex(value.as_str().ok_or("not a string")?)
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Field for $integer {
            fn value(&self) -> Value {
                Value::from(*self)
            }

            fn from_value(value: &Value) -> Result<Self> {
                let number = value.as_u64().ok_or("not a number")?;
                Self::try_from(number).map_err(|_| "too large".into())
            }

            fn example(kind: Example, random: &mut StdRng) -> Self {
                match kind {
                    Example::Least => 0,
                    Example::Some => random.gen(),
                    Example::Most => <$integer>::MAX,
                }
            }
        }
    )*};
}
integers!(u8, u16, u32, u64);

impl Field for bool {
    fn value(&self) -> Value {
        Value::from(*self)
    }

    fn from_value(value: &Value) -> Result<Self> {
        value.as_bool().ok_or("not a boolean".into())
    }

    fn example(kind: Example, _: &mut StdRng) -> Self {
        kind != Example::Least
    }
}

impl Field for f32 {
    fn value(&self) -> Value {
        Value::from(hex(&self.to_bits().to_le_bytes()))
    }

    fn from_value(value: &Value) -> Result<Self> {
        let bytes: [u8; 4] = bytes(value)?.try_into().map_err(|_| "not four bytes")?;
        Ok(f32::from_bits(u32::from_le_bytes(bytes)))
    }

    fn example(kind: Example, random: &mut StdRng) -> Self {
        match kind {
            Example::Least => 0.0,
            Example::Some => random.gen_range(1e9..1e15),
            Example::Most => f32::MAX,
        }
    }
}

impl Field for Protocol {
    fn value(&self) -> Value {
        Value::from(*self as u8)
    }

    fn from_value(value: &Value) -> Result<Self> {
        Protocol::try_from(u8::from_value(value)?).map_err(|_| "no such protocol".into())
    }

    fn example(kind: Example, _: &mut StdRng) -> Self {
        match kind {
            Example::Least => Protocol::MiningProtocol,
            Example::Some => Protocol::JobDeclarationProtocol,
            Example::Most => Protocol::TemplateDistributionProtocol,
        }
    }
}

/// Each with the length of its longest example; a U256 has but one length.
macro_rules! byte_strings {
    ($($bytes:ty: $most:literal),*) => {$(
        impl Field for $bytes {
            fn value(&self) -> Value {
                Value::from(hex(self.as_bytes()))
            }

            fn from_value(value: &Value) -> Result<Self> {
                Self::new(bytes(value)?).map_err(|error| format!("{error:?}"))
            }

            fn example(kind: Example, random: &mut StdRng) -> Self {
                let size = if $most == 32 && Self::new(Vec::new()).is_err() { 32 } else { kind.length($most, random) };
                Self::new((0..size).map(|_| random.gen()).collect()).expect("has a length of this type")
            }
        }
    )*};
}
// STR0_255 is the same type as B0_255.
byte_strings!(U256Owned: 32, B032Owned: 32, B0255Owned: 255, B064KOwned: 300, B016MOwned: 300);

macro_rules! sequences {
    ($($sequence:ident),*) => {$(
        impl<T: Field> Field for $sequence<T> {
            fn value(&self) -> Value {
                self.as_slice().iter().map(Field::value).collect()
            }

            fn from_value(value: &Value) -> Result<Self> {
                let items = value.as_array().ok_or("not a list")?;
                let items = items.iter().map(T::from_value).collect::<Result<Vec<T>>>()?;
                Self::new(items).map_err(|error| format!("{error:?}"))
            }

            fn example(kind: Example, random: &mut StdRng) -> Self {
                let count = kind.length(3, random);
                Self::new((0..count).map(|_| T::example(kind, random)).collect()).expect("is not too long")
            }
        }
    )*};
}
sequences!(Seq0255Owned, Seq064KOwned);

impl Field for Sv2OptionOwned<u32> {
    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::value)
    }

    fn from_value(value: &Value) -> Result<Self> {
        Ok(Self::new(match value {
            Value::Null => None,
            present => Some(u32::from_value(present)?),
        }))
    }

    fn example(kind: Example, random: &mut StdRng) -> Self {
        Self::new((kind != Example::Least).then(|| u32::example(kind, random)))
    }
}
