//! Known integers of any size. Invariant: a result is Python's own; one of more than `KEPT_BITS` bits is not given, so that
//! no code under analysis makes the prover work with numbers that fill the memory.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{FromPrimitive, One, Signed, ToPrimitive, Zero};

/// The most bits of a number that is kept.
const KEPT_BITS: u64 = 1 << 16;

/// The most bits of an exponent or a modulus for which a remainder of a power is worked out, and of the smaller number for
/// a common divisor.
const MODULAR_BITS: u64 = 1 << 12;

/// The most decimal digits that CPython turns into an integer, and an integer into.
const DIGITS: u32 = 4300;

/// Bits of a quotient before it is rounded to a float's 53, besides one for what is left over.
const QUOTIENT_BITS: u64 = 64;

/// Gives the number unless it is too large to be kept.
pub(crate) fn kept(number: BigInt) -> Option<BigInt> {
    (number.bits() <= KEPT_BITS).then_some(number)
}

/// Gives `2 ** exponent`, unless that is too large to be kept.
pub(crate) fn power_of_two(exponent: u64) -> Option<BigInt> {
    (exponent < KEPT_BITS).then(|| BigInt::one() << exponent)
}

/// Gives `base ** exponent` for an exponent that is not negative, unless that is too large to be kept.
pub(crate) fn power(base: &BigInt, exponent: &BigInt) -> Option<BigInt> {
    if base.magnitude().is_one() || base.is_zero() {
        let is_even = !exponent.bit(0);
        return Some(match (exponent.is_zero(), is_even) {
            (true, _) => BigInt::one(),
            (false, true) => base * base,
            (false, false) => base.clone(),
        });
    }
    let exponent = exponent.to_u32()?;
    // A number of n bits is at least 2 ** (n - 1).
    if (base.bits() - 1).saturating_mul(u64::from(exponent)) >= KEPT_BITS {
        return None;
    }
    kept(base.pow(exponent))
}

/// What `pow` with three numbers gives.
pub(crate) enum ModularPower {
    /// This number.
    Number(BigInt),
    /// `ValueError`.
    Raises,
    /// Some number, which is not worked out.
    Large,
}

/// Evaluates `pow(base, exponent, modulus)`.
pub(crate) fn modular_power(base: &BigInt, exponent: &BigInt, modulus: &BigInt) -> ModularPower {
    if modulus.is_zero() {
        return ModularPower::Raises;
    }
    if exponent.bits() > MODULAR_BITS || modulus.bits() > MODULAR_BITS {
        return ModularPower::Large;
    }
    if !exponent.is_negative() {
        return ModularPower::Number(base.modpow(exponent, modulus));
    }
    match base.modinv(modulus) {
        Some(inverse) => ModularPower::Number(inverse.modpow(&-exponent, modulus)),
        None => ModularPower::Raises,
    }
}

/// Gives the greatest common divisor, unless it takes long to work out.
pub(crate) fn common_divisor(left: &BigInt, right: &BigInt) -> Option<BigInt> {
    let (small, large) = if left.bits() < right.bits() { (left, right) } else { (right, left) };
    if small.is_zero() {
        return Some(large.abs());
    }
    (small.bits() <= MODULAR_BITS).then(|| (large % small).gcd(small))
}

/// Tells whether CPython turns the number into decimal text.
pub(crate) fn has_text(number: &BigInt) -> bool {
    // 33 bits are less than ten digits.
    number.bits() <= u64::from(DIGITS) / 10 * 33 || number.magnitude() < BigInt::from(10).pow(DIGITS).magnitude()
}

/// Tells whether CPython reads as many decimal digits.
pub(crate) fn are_readable(digits: usize) -> bool {
    usize::try_from(DIGITS).is_ok_and(|most| digits <= most)
}

/// Gives the nearest float; `None` where Python raises `OverflowError`.
pub(crate) fn to_float(number: &BigInt) -> Option<f64> {
    number.to_f64().filter(|float| float.is_finite())
}

/// Gives the float that is equal to a number.
pub(crate) fn to_equal_float(number: &BigInt) -> Option<f64> {
    to_float(number).filter(|float| BigInt::from_f64(*float).as_ref() == Some(number))
}

/// Gives a float's whole part; `None` for infinities and what is no number.
pub(crate) fn of_float(number: f64) -> Option<BigInt> {
    BigInt::from_f64(number.trunc())
}

/// Compares a number with a float, both as they are; `None` where the float is no number.
pub(crate) fn compared(number: &BigInt, float: f64) -> Option<Ordering> {
    match of_float(float) {
        Some(whole) => Some(number.cmp(&whole).then_with(|| 0.0_f64.total_cmp(&(float.fract() + 0.0)))),
        None => 0.0_f64.partial_cmp(&float),
    }
}

/// What `/` of two integers gives.
pub(crate) enum Quotient {
    /// This float, the one nearest to the quotient.
    Float(f64),
    /// `OverflowError`.
    Overflows,
    /// A float so near to 0 that it has fewer digits than others.
    Tiny,
}

/// Evaluates `left / right` for a divisor that is not zero.
pub(crate) fn true_quotient(left: &BigInt, right: &BigInt) -> Option<Quotient> {
    if left.is_zero() {
        return Some(Quotient::Float(if right.is_negative() { -0.0 } else { 0.0 }));
    }
    // The quotient of the shifted numbers is whole but for a rest, and has more bits than a float.
    let shift = i64::try_from(right.bits() + QUOTIENT_BITS).ok()? - i64::try_from(left.bits()).ok()?;
    let size = shift.unsigned_abs();
    let (mut above, mut below) = (left.magnitude().clone(), right.magnitude().clone());
    if shift > 0 {
        above <<= size
    } else {
        below <<= size
    }
    let quotient = &above / &below;
    let rest = above - &quotient * below;
    // What is left over decides only where the rest is half of a float's last digit.
    let quotient = (quotient << 1_u8) + u8::from(!rest.is_zero());
    let exponent = i32::try_from(-shift - 1).ok()?;
    if exponent < -1000 {
        return Some(Quotient::Tiny);
    }
    if exponent > 1000 {
        return Some(Quotient::Overflows);
    }
    let size = quotient.to_f64()? * 2.0_f64.powi(exponent);
    Some(match (size.is_finite(), left.sign() == right.sign()) {
        (false, _) => Quotient::Overflows,
        (true, true) => Quotient::Float(size),
        (true, false) => Quotient::Float(-size),
    })
}

/// Writes the number as a Python literal.
pub(crate) fn literal(number: &BigInt) -> String {
    if has_text(number) {
        return number.to_string();
    }
    // Only decimal literals have a limit.
    let sign = if number.sign() == Sign::Minus { "-" } else { "" };
    format!("{sign}0x{}", number.magnitude().to_str_radix(16))
}

/// Reads a number from its decimal digits, with `-` before them where it is negative; `None` for other texts, and for more
/// digits than any kept number has.
pub(crate) fn parse(digits: &str) -> Option<BigInt> {
    // A digit is more than three bits.
    let is_short = u64::try_from(digits.len()).is_ok_and(|size| size <= KEPT_BITS / 3);
    if !is_short || !digits.strip_prefix('-').unwrap_or(digits).bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{
        BigInt, ModularPower, Quotient, compared, has_text, literal, modular_power, parse, power, to_float,
        true_quotient,
    };

    fn big(text: &str) -> BigInt {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn powers_stay_within_the_limit() {
        assert_eq!(power(&2.into(), &100.into()), Some(big("1267650600228229401496703205376")));
        assert_eq!(power(&(-1).into(), &big("100000000000000000000001")), Some((-1).into()));
        assert_eq!(power(&0.into(), &0.into()), Some(1.into()));
        assert_eq!(power(&9.into(), &387_420_489.into()), None);
        assert!(power(&2.into(), &65_535.into()).is_some());
        assert_eq!(power(&2.into(), &65_536.into()), None);
    }

    #[test]
    fn powers_have_remainders() {
        let check = |base: i32, exponent: i32, modulus: i32, expected: Option<i32>| {
            let given = match modular_power(&base.into(), &exponent.into(), &modulus.into()) {
                ModularPower::Number(number) => Some(number),
                ModularPower::Raises | ModularPower::Large => None,
            };
            assert_eq!(given, expected.map(BigInt::from), "{base} {exponent} {modulus}");
        };
        check(3, 200, 13, Some(9));
        check(3, 200, -13, Some(-4));
        check(-3, 3, 5, Some(3));
        check(3, -1, 7, Some(5));
        check(3, -2, -7, Some(-3));
        check(2, -1, 4, None);
        check(2, 3, 0, None);
        check(2, 0, 1, Some(0));
        check(5, -1, 1, Some(0));
    }

    #[test]
    fn texts_have_at_most_4300_digits() {
        let limit = BigInt::from(10).pow(4300);
        assert!(has_text(&(&limit - 1)) && has_text(&(1 - &limit)) && has_text(&0.into()));
        assert!(!has_text(&limit) && !has_text(&-&limit));
        assert!(literal(&-limit).starts_with("-0x"));
        assert_eq!(literal(&(-12).into()), "-12");
    }

    #[test]
    fn floats_are_the_nearest() {
        assert_eq!(to_float(&big("9007199254740993")), Some(9_007_199_254_740_992.0));
        assert_eq!(to_float(&big("9007199254740995")), Some(9_007_199_254_740_996.0));
        let largest = (BigInt::from(1) << 1024_u32) - (BigInt::from(1) << 970_u32);
        assert_eq!(to_float(&(&largest - 1)), Some(f64::MAX));
        assert_eq!(to_float(&largest), None);
        assert_eq!(to_float(&-largest), None);
    }

    #[test]
    fn quotients_are_the_nearest() {
        let check = |left: BigInt, right: BigInt, expected: Option<f64>| {
            let given = match true_quotient(&left, &right) {
                Some(Quotient::Float(float)) => Some(float),
                Some(Quotient::Overflows | Quotient::Tiny) | None => None,
            };
            assert_eq!(given, expected, "{left} / {right}");
        };
        check(7.into(), 2.into(), Some(3.5));
        check(1.into(), (-3).into(), Some(-1.0 / 3.0));
        check(0.into(), 5.into(), Some(0.0));
        check(BigInt::from(1) << 2000_u32, BigInt::from(1) << 1999_u32, Some(2.0));
        check((BigInt::from(1) << 2000_u32) + 1, BigInt::from(1) << 1990_u32, Some(1024.0));
        check(BigInt::from(1) << 2000_u32, 1.into(), None);
        check(big("9007199254740993") * 3, 3.into(), Some(9_007_199_254_740_992.0));
    }

    #[test]
    fn numbers_and_floats_compare_exactly() {
        assert_eq!(compared(&big("9007199254740993"), 9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(compared(&(-2).into(), -2.5), Some(Ordering::Greater));
        assert_eq!(compared(&2.into(), 2.5), Some(Ordering::Less));
        assert_eq!(compared(&0.into(), -0.0), Some(Ordering::Equal));
        assert_eq!(compared(&big("5"), f64::INFINITY), Some(Ordering::Less));
        assert_eq!(compared(&big("5"), f64::NEG_INFINITY), Some(Ordering::Greater));
        assert_eq!(compared(&big("5"), f64::NAN), None);
    }

    #[test]
    fn digits_are_read_back() {
        let number = -(BigInt::from(1) << 200_u32);
        assert_eq!(parse(&number.to_string()), Some(number));
        for bad in ["", "-", "+1", "1_0", " 1", "0x1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(&"9".repeat(30_000)), None);
    }
}
