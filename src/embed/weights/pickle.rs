//! What a pickle of torch says: names, places and shapes of tensors. Nothing of it is executed.
//!
//! candle-core reads pickles, too. It clones a value each time the pickle repeats it, and an object may hold objects that
//! hold objects. So a file of a few kilobytes can fill the memory. A model is a stranger's file, so it is read here.
//!
//! Format: Python's `pickletools`, protocol 2, as far as `torch.save` needs it for a dictionary of tensors. Values lie in
//! an arena and name each other by number: however a hostile file nests or repeats them, they take no more room than
//! it does, and no recursion.

use std::collections::HashMap;

use candle_core::DType;

/// A tensor: `shape` numbers, row-major, from number `first` of a storage on.
#[derive(Debug, PartialEq)]
pub struct Stored {
    pub name: String,
    pub dtype: DType,
    pub storage: String,
    pub first: usize,
    pub shape: Vec<usize>,
}

/// Number of a value in the arena.
type At = usize;

enum Value {
    Text(String),
    Number(i64),
    /// Module and name of something of Python's, a space between them.
    Global(String),
    Tuple(Vec<At>),
    Dictionary(Vec<(At, At)>),
    /// What would be called, and with what.
    Call(At, At),
    /// What torch keeps outside of the pickle.
    Outside(At),
    /// None, lists, floats, truth values: no part of a tensor's place.
    Other,
}

/// A stack machine over the bytes that are still to be read.
struct Machine<'a> {
    bytes: &'a [u8],
    arena: Vec<Value>,
    stack: Vec<At>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, At>,
}

/// The tensors of the dictionary that a pickle holds.
///
/// # Errors
/// What is wrong with it.
pub fn tensors(bytes: &[u8]) -> Result<Vec<Stored>, String> {
    let mut machine = Machine {
        bytes,
        arena: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    while machine.step()? {}
    let root = machine.pop()?;
    let Value::Dictionary(entries) = &machine.arena[root] else {
        return Err("it holds no dictionary of tensors".to_owned());
    };
    let stored = entries.iter().filter_map(|(name, value)| {
        let name = machine.text(*name)?;
        machine.tensor(name, *value).transpose()
    });
    stored.collect()
}

impl<'a> Machine<'a> {
    /// Does what the next byte says; false at the end.
    fn step(&mut self) -> Result<bool, String> {
        let [code] = self.take()?;
        match code {
            // PROTO
            0x80 => drop(self.take::<1>()?),
            b'.' => return Ok(false),
            // GLOBAL
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Value::Global(format!("{module} {name}")));
            }
            // BINPUT, LONG_BINPUT
            b'q' => {
                let [key] = self.take()?;
                self.keep(u32::from(key))?;
            }
            b'r' => {
                let key = u32::from_le_bytes(self.take()?);
                self.keep(key)?;
            }
            // BINGET, LONG_BINGET
            b'h' => {
                let [key] = self.take()?;
                self.recall(u32::from(key))?;
            }
            b'j' => {
                let key = u32::from_le_bytes(self.take()?);
                self.recall(key)?;
            }
            b'(' => self.marks.push(self.stack.len()),
            // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
            b')' => self.tuple(0)?,
            0x85 => self.tuple(1)?,
            0x86 => self.tuple(2)?,
            0x87 => self.tuple(3)?,
            b't' => {
                let parts = self.pop_mark()?;
                self.push(Value::Tuple(parts));
            }
            b'}' => self.push(Value::Dictionary(Vec::new())),
            // SETITEM, SETITEMS
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(&[key, value])?;
            }
            b'u' => {
                let entries = self.pop_mark()?;
                self.set(&entries)?;
            }
            // APPEND, APPENDS: of lists.
            b'a' => drop(self.pop()?),
            b'e' => drop(self.pop_mark()?),
            // BUILD: the state of an object, which stays below it.
            b'b' => drop(self.pop()?),
            // BINPERSID
            b'Q' => {
                let id = self.pop()?;
                self.push(Value::Outside(id));
            }
            // REDUCE
            b'R' => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let is_dictionary = self.is(function, "collections OrderedDict");
                self.push(if is_dictionary {
                    Value::Dictionary(Vec::new())
                } else {
                    Value::Call(function, arguments)
                });
            }
            other => {
                let value = self.literal(other)?;
                self.push(value);
            }
        }
        Ok(true)
    }

    /// The value that an operation writes out.
    fn literal(&mut self, code: u8) -> Result<Value, String> {
        Ok(match code {
            // BINUNICODE
            b'X' => {
                let length = u32::from_le_bytes(self.take()?) as usize;
                let text = self.slice(length)?;
                let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
                Value::Text(text.to_owned())
            }
            // BININT1, BININT2, BININT, LONG1
            b'K' => {
                let [number] = self.take()?;
                Value::Number(i64::from(number))
            }
            b'M' => {
                let number = u16::from_le_bytes(self.take()?);
                Value::Number(i64::from(number))
            }
            b'J' => {
                let number = i32::from_le_bytes(self.take()?);
                Value::Number(i64::from(number))
            }
            0x8a => {
                let [length] = self.take()?;
                let digits = self.slice(usize::from(length))?;
                let number = little_endian(digits);
                number.map_or(Value::Other, Value::Number)
            }
            // NONE, NEWTRUE, NEWFALSE, EMPTY_LIST
            b'N' | 0x88 | 0x89 | b']' => Value::Other,
            // BINFLOAT
            b'G' => {
                self.take::<8>()?;
                Value::Other
            }
            other => return Err(format!("operation {other:#04x} is none of torch's")),
        })
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self
            .bytes
            .split_at_checked(length)
            .ok_or("it ends in the middle")?;
        self.bytes = rest;
        Ok(taken)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self
            .bytes
            .split_first_chunk()
            .ok_or("it ends in the middle")?;
        self.bytes = rest;
        Ok(*taken)
    }

    fn line(&mut self) -> Result<String, String> {
        let end = memchr::memchr(b'\n', self.bytes).ok_or("it ends in the middle")?;
        let line = self.slice(end)?;
        self.take::<1>()?;
        Ok(String::from_utf8_lossy(line).into_owned())
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.arena.len());
        self.arena.push(value);
    }

    /// Takes the value on top, but none from below the last mark.
    fn pop(&mut self) -> Result<At, String> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let above = self.stack.len() > floor;
        let top = above.then(|| self.stack.pop()).flatten();
        top.ok_or_else(|| "a value is missing".to_owned())
    }

    fn pop_mark(&mut self) -> Result<Vec<At>, String> {
        let mark = self.marks.pop().ok_or("a mark is missing")?;
        Ok(self.stack.split_off(mark))
    }

    fn tuple(&mut self, length: usize) -> Result<(), String> {
        let mut parts = Vec::with_capacity(length);
        for _ in 0..length {
            parts.insert(0, self.pop()?);
        }
        self.push(Value::Tuple(parts));
        Ok(())
    }

    fn set(&mut self, entries: &[At]) -> Result<(), String> {
        let (pairs, []) = entries.as_chunks::<2>() else {
            return Err("a key has no value".to_owned());
        };
        let last = self.stack.last().map(|at| &mut self.arena[*at]);
        match last {
            Some(Value::Dictionary(all)) => {
                all.extend(pairs.iter().map(|[key, value]| (*key, *value)));
                Ok(())
            }
            _ => Err("keys are set of what is no dictionary".to_owned()),
        }
    }

    fn keep(&mut self, key: u32) -> Result<(), String> {
        let top = *self.stack.last().ok_or("a value is missing")?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, key: u32) -> Result<(), String> {
        let at = self.memo.get(&key).ok_or("what is named was never kept")?;
        self.stack.push(*at);
        Ok(())
    }

    fn is(&self, at: At, global: &str) -> bool {
        matches!(&self.arena[at], Value::Global(name) if name == global)
    }

    fn text(&self, at: At) -> Option<&str> {
        match &self.arena[at] {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn parts(&self, at: At) -> Option<&[At]> {
        match &self.arena[at] {
            Value::Tuple(parts) => Some(parts),
            _ => None,
        }
    }

    fn number(&self, at: At) -> Option<usize> {
        match &self.arena[at] {
            Value::Number(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    fn numbers(&self, at: At) -> Option<Vec<usize>> {
        self.parts(at)?.iter().map(|at| self.number(*at)).collect()
    }

    /// What `function` is called with, where a value is such a call.
    fn call(&self, at: At, function: &str) -> Option<&[At]> {
        match &self.arena[at] {
            Value::Call(called, arguments) if self.is(*called, function) => self.parts(*arguments),
            _ => None,
        }
    }

    /// The tensor that a value stands for; none where it is something else.
    fn tensor(&self, name: &str, value: At) -> Result<Option<Stored>, String> {
        let rebuilt = |at| self.call(at, "torch._utils _rebuild_tensor_v2");
        let parameter = || self.call(value, "torch._utils _rebuild_parameter");
        let arguments = rebuilt(value).or_else(|| rebuilt(*parameter()?.first()?));
        let Some([storage, first, shape, strides, ..]) = arguments else {
            return Ok(None);
        };
        let place = || {
            let Value::Outside(id) = &self.arena[*storage] else {
                return None;
            };
            let [_, kind, key, ..] = self.parts(*id)? else {
                return None;
            };
            let (first, shape) = (self.number(*first)?, self.numbers(*shape)?);
            let strides = self.numbers(*strides)?;
            Some((*kind, self.text(*key)?, first, shape, strides))
        };
        let (kind, storage, first, shape, strides) =
            place().ok_or_else(|| format!("the place of tensor `{name}` is unclear"))?;
        if !is_row_major(&shape, &strides) {
            return Err(format!(
                "tensor `{name}` is not row-major: shape {shape:?}, strides {strides:?}"
            ));
        }
        let dtype = [
            ("torch FloatStorage", DType::F32),
            ("torch HalfStorage", DType::F16),
            ("torch BFloat16Storage", DType::BF16),
            ("torch LongStorage", DType::I64),
        ];
        let dtype = dtype.iter().find(|(name, _)| self.is(kind, name));
        Ok(dtype.map(|(_, dtype)| Stored {
            name: name.to_owned(),
            dtype: *dtype,
            storage: storage.to_owned(),
            first,
            shape,
        }))
    }
}

/// Strides of axes of one number mean nothing.
fn is_row_major(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1usize;
    shape.len() == strides.len()
        && shape.iter().zip(strides).rev().all(|(size, stride)| {
            let right = *size == 1 || *stride == expected;
            expected = expected.saturating_mul(*size);
            right
        })
}

/// A number of up to eight bytes, in two's complement.
fn little_endian(digits: &[u8]) -> Option<i64> {
    let negative = digits.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut bytes = [if negative { 0xff } else { 0 }; 8];
    bytes.get_mut(..digits.len())?.copy_from_slice(digits);
    Some(i64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `torch.save({"w": torch.tensor([[1., 2.], [3., 4.]])[1:], "step": 7}, file)`, written by hand as torch 2 does.
    fn pickled() -> Vec<u8> {
        let mut bytes =
            b"\x80\x02}q\x00(X\x01\x00\x00\x00wq\x01ctorch._utils\n_rebuild_tensor_v2\nq\x02(("
                .to_vec();
        bytes.extend(
            b"X\x07\x00\x00\x00storageq\x03ctorch\nFloatStorage\nq\x04X\x01\x00\x00\x000q\x05",
        );
        bytes.extend(
            b"X\x03\x00\x00\x00cpuq\x06K\x04tq\x07QK\x02K\x01K\x02\x86q\x08K\x02K\x01\x86q\x09",
        );
        bytes.extend(b"\x89ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0d");
        bytes.extend(b"X\x04\x00\x00\x00stepq\x0eK\x07u.");
        bytes
    }

    #[test]
    fn a_tensor_is_found_and_other_values_are_left_out() {
        let expected = Stored {
            name: "w".to_owned(),
            dtype: DType::F32,
            storage: "0".to_owned(),
            first: 2,
            shape: vec![1, 2],
        };
        assert_eq!(tensors(&pickled()), Ok(vec![expected]));
    }

    #[test]
    fn hostile_pickles_are_refused_without_a_panic() {
        let whole = pickled();
        for length in 0..whole.len() {
            assert!(tensors(&whole[..length]).is_err(), "{length}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                let _ = tensors(&damaged);
            }
        }
        // Nested a million times, and doubled thirty times.
        let nested = [&b")"[..], &[0x85; 1_000_000], b"."].concat();
        assert!(tensors(&nested).is_err());
        let doubled = [&b")"[..], &b"q\x00h\x00\x86".repeat(30), b"."].concat();
        assert!(tensors(&doubled).is_err());
        let strides = b"K\x02K\x01\x86q\x09";
        let at = memchr::memmem::find(&whole, strides).unwrap();
        let mut transposed = whole;
        transposed[at + 3] = 5;
        let error = tensors(&transposed).unwrap_err();
        assert!(error.contains("not row-major"), "{error}");
    }

    #[test]
    fn numbers_of_any_length_are_read() {
        assert_eq!(little_endian(&[]), Some(0));
        assert_eq!(little_endian(&[0xff]), Some(-1));
        assert_eq!(little_endian(&[0, 1]), Some(256));
        assert_eq!(little_endian(&[1; 9]), None);
    }
}
