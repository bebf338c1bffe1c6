//! Signs of money.

/// Signs of money, wherever they stand.
pub const SIGNS: [(char, &str); 8] = [
    ('$', "¤usd"),
    ('€', "¤eur"),
    ('£', "¤gbp"),
    ('¥', "¤jpy"),
    ('₩', "¤krw"),
    ('₫', "¤vnd"),
    ('₹', "¤inr"),
    ('₽', "¤rub"),
];

/// A sign of money.
pub fn is_money(c: char) -> bool {
    SIGNS.iter().any(|(sign, _)| *sign == c)
}
