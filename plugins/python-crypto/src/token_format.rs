//! The formats of access tokens that vendors publish. Invariant: a format has a fixed beginning, alphabet and length, so
//! that ordinary text does not match.

/// A vendor's format: a beginning and what follows it.
pub(crate) struct TokenFormat {
    /// Whose token it is, for the message.
    pub(crate) name: &'static str,
    /// What it starts with.
    pub(crate) start: &'static str,
    alphabet: fn(char) -> bool,
    /// Number of characters behind the beginning, least and most.
    length: (usize, usize),
    /// What must occur behind the beginning.
    mark: &'static str,
}

const fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

const fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

const fn hexadecimal(c: char) -> bool {
    matches!(c, '0'..='9' | 'a'..='f')
}

const fn upper_base32(c: char) -> bool {
    matches!(c, 'A'..='Z' | '2'..='7')
}

const fn dotted(c: char) -> bool {
    word(c) || c == '.'
}

const fn path(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '/'
}

const fn base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

const fn format(
    name: &'static str,
    start: &'static str,
    alphabet: fn(char) -> bool,
    length: (usize, usize),
) -> TokenFormat {
    TokenFormat { name, start, alphabet, length, mark: "" }
}

const fn marked(
    name: &'static str,
    start: &'static str,
    alphabet: fn(char) -> bool,
    length: (usize, usize),
    mark: &'static str,
) -> TokenFormat {
    TokenFormat { name, start, alphabet, length, mark }
}

/// All formats; longer beginnings first where one begins another.
pub(crate) const FORMATS: &[TokenFormat] = &[
    format("AWS access key id", "AKIA", upper_base32, (16, 16)),
    format("temporary AWS access key id", "ASIA", upper_base32, (16, 16)),
    format("GitHub personal access token", "github_pat_", word, (82, 82)),
    format("GitHub token", "ghp_", alphanumeric, (36, 36)),
    format("GitHub token", "gho_", alphanumeric, (36, 36)),
    format("GitHub token", "ghu_", alphanumeric, (36, 36)),
    format("GitHub token", "ghs_", alphanumeric, (36, 36)),
    format("GitHub token", "ghr_", alphanumeric, (36, 76)),
    format("GitLab token", "glpat-", word, (20, 20)),
    format("GitLab runner token", "glrt-", word, (20, 20)),
    format("Slack token", "xoxb-", word, (30, 80)),
    format("Slack token", "xoxp-", word, (30, 90)),
    format("Slack token", "xoxa-", word, (30, 90)),
    format("Slack app token", "xapp-", word, (40, 140)),
    format("Slack webhook", "https://hooks.slack.com/services/", path, (40, 50)),
    format("Discord webhook", "https://discord.com/api/webhooks/", dotted_path, (80, 100)),
    format("Stripe secret key", "sk_live_", alphanumeric, (24, 120)),
    format("Stripe restricted key", "rk_live_", alphanumeric, (24, 120)),
    format("Google API key", "AIza", word, (35, 35)),
    format("Google OAuth client secret", "GOCSPX-", word, (28, 28)),
    format("npm token", "npm_", alphanumeric, (36, 36)),
    format("PyPI token", "pypi-AgEIcHlwaS5vcmc", word, (50, 250)),
    marked("SendGrid key", "SG.", dotted, (66, 66), "."),
    format("Anthropic key", "sk-ant-", word, (80, 120)),
    marked("OpenAI key", "sk-", word, (40, 200), "T3BlbkFJ"),
    format("Hugging Face token", "hf_", alphanumeric, (34, 34)),
    format("DigitalOcean token", "dop_v1_", hexadecimal, (64, 64)),
    format("Shopify token", "shpat_", hexadecimal_any, (32, 32)),
    format("Shopify secret", "shpss_", hexadecimal_any, (32, 32)),
    format("Databricks token", "dapi", hexadecimal, (32, 32)),
    format("Docker Hub token", "dckr_pat_", word, (27, 27)),
    format("Vault token", "hvs.", word, (90, 130)),
    format("Linear key", "lin_api_", alphanumeric, (40, 40)),
    format("Mailgun key", "key-", hexadecimal, (32, 32)),
    format("Azure storage key", "AccountKey=", base64, (88, 88)),
    format("New Relic key", "NRAK-", alphanumeric, (27, 27)),
    format("Postman key", "PMAK-", word, (59, 59)),
    format("PlanetScale token", "pscale_tkn_", word, (43, 43)),
    format("Grafana token", "glsa_", word, (41, 41)),
    format("Sentry token", "sntrys_", base64_word, (80, 250)),
];

const fn hexadecimal_any(c: char) -> bool {
    c.is_ascii_hexdigit()
}

const fn dotted_path(c: char) -> bool {
    word(c) || c == '/'
}

const fn base64_word(c: char) -> bool {
    base64(c) || c == '_'
}

/// Gives the format of the first token in a text and the token.
pub(crate) fn find(text: &str) -> Option<(&'static TokenFormat, &str)> {
    FORMATS.iter().find_map(|format| format.find(text).map(|token| (format, token)))
}

impl TokenFormat {
    fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.match_indices(self.start).find_map(|(at, start)| {
            let (before, from) = text.split_at_checked(at)?;
            let is_within_word = before.chars().next_back().is_some_and(word);
            let rest = from.get(start.len()..)?;
            let length = rest.chars().take_while(|&c| (self.alphabet)(c)).count();
            let (least, most) = self.length;
            let is_cut = rest.chars().nth(length).is_some_and(word);
            let token = from.get(..start.len() + length)?;
            let behind = rest.get(..length)?;
            let fits = !is_within_word && !is_cut && (least..=most).contains(&length) && behind.contains(self.mark);
            (fits && is_random(behind)).then_some(token)
        })
    }
}

/// Says whether text looks generated: many different characters, no example's marks, no counting.
fn is_random(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_example =
        ["example", "xxxx", "0000", "placeholder", "your", "1234567", "abcdefg", "redacted", "dummy", "test_"]
            .iter()
            .any(|mark| lower.contains(mark));
    let least = if text.chars().all(|c| c.is_ascii_hexdigit()) { 2.6 } else { 3.0 };
    !is_example && entropy(text) >= least
}

/// Gives the bits of information in one character, by the text's own frequencies.
fn entropy(text: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    for character in text.chars() {
        *counts.entry(character).or_insert(0_u32) += 1;
    }
    let total = f64::from(counts.values().sum::<u32>());
    counts.values().map(|&count| f64::from(count) / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::find;

    /// Tokens are put together here, so that no scanner takes this file for a leak.
    fn check(start: &str, rest: &str, expected: Option<&str>) {
        let text = format!("value={start}{rest}\"");
        assert_eq!(find(&text).map(|(format, _)| format.name), expected, "{text}");
    }

    #[test]
    fn formats_match() {
        check("AKIA", "Q3EGRDTZ7KW2NHJX", Some("AWS access key id"));
        check("ghp_", "k3Jd8sLq0ZxWvB5nTm7RyUc2HgFa9PeQo1Xi", Some("GitHub token"));
        check("sk_live_", "k3Jd8sLq0ZxWvB5nTm7RyUc2", Some("Stripe secret key"));
        check("xoxb-", "826104739215-7392158261047-k3Jd8sLq0ZxWvB5n", Some("Slack token"));
        check("SG.", "k3Jd8sLq0ZxWvB5nTm7RyU.c2HgFa9PeQo1Xik3Jd8sLq0ZxWvB5nTm7RyUc2HgFa9", Some("SendGrid key"));
    }

    #[test]
    fn examples_and_other_text_do_not() {
        check("AKIA", "IOSFODNN7EXAMPLE", None);
        check("AKIA", "Q3EGRDTZ7KW2NHJXY", None);
        check("ghp_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", None);
        check("ghp_", "short", None);
        check("key-", "00000000000000000000000000000000", None);
        check("TAKIA", "Q3EGRDTZ7KW2NHJX", None);
    }
}
