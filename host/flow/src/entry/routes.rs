//! Routes: which parts of a URL a framework turns into numbers. Invariant: a name is given only when no text that
//! matches the route can put anything but digits, hexadecimal digits, signs and points into the parameter.

use std::collections::BTreeSet;

/// Converters whose values are numbers or identifiers of a fixed alphabet.
const NUMBERS: &[&str] = &["int", "float", "uuid", "ymd"];

/// Expressions that only digits match.
const DIGITS: &[&str] = &["\\d", "[0-9]"];

/// Gives the parameters that only numbers can reach: `pk` of `<int:pk>`, `<pk:int>`, `{pk:int}`, `(?P<pk>\d+)` and
/// `{pk:\d+}`.
pub(super) fn converted(routes: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for route in routes {
        found.extend(route.split("(?P<").skip(1).filter_map(named_group));
        for (open, close) in [('<', '>'), ('{', '}')] {
            let inner = route.split(open).skip(1).filter_map(|rest| rest.split_once(close));
            found.extend(inner.filter_map(|(inner, _)| of_placeholder(inner)));
        }
    }
    found
}

/// Gives those of them that only integers reach: by the converter `int`, or by an expression of ASCII digits.
pub(super) fn integers(routes: &[&str]) -> BTreeSet<String> {
    let is_integer = |route: &str, name: &str| {
        let expressions = [format!("<int:{name}>"), format!("<{name}:int>"), format!("{{{name}:int}}")];
        let digits = format!("(?P<{name}>[0-9]");
        let placeholder = format!("{{{name}:[0-9]");
        route.contains("<int(") && route.contains(&format!("):{name}>"))
            || expressions.iter().any(|expression| route.contains(expression.as_str()))
            || route.contains(&digits)
            || route.contains(&placeholder)
    };
    let is_known = |name: &String| {
        let mut naming = routes.iter().filter(|route| converted(&[route]).contains(name)).peekable();
        naming.peek().is_some() && naming.all(|route| is_integer(route, name))
    };
    converted(routes).into_iter().filter(is_known).collect()
}

/// Gives the parameters that a route in angle brackets passes as text, whatever their annotations say: `name` of
/// `<name>`, `<path:name>` and `<name:str>`.
pub(super) fn texts(routes: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for route in routes.iter().filter(|route| !route.contains("(?P<")) {
        let inner = route.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
        for (inner, _) in inner.filter(|(inner, _)| of_placeholder(inner).is_none()) {
            found.extend(inner.split(':').map(|part| part.trim().to_owned()));
        }
    }
    found
}

fn of_placeholder(inner: &str) -> Option<String> {
    let (left, right) = inner.split_once(':')?;
    let (left, right) = (left.trim(), right.trim());
    let head = |text: &str| text.split_once('(').map_or(text, |(head, _)| head).to_owned();
    let pattern = right.strip_prefix("re:").unwrap_or(right);
    if NUMBERS.contains(&head(left).as_str()) {
        return Some(right.to_owned());
    }
    let is_number = NUMBERS.contains(&head(right).as_str()) || is_digits(pattern);
    is_number.then(|| left.to_owned())
}

/// Reads on behind `(?P<`.
fn named_group(rest: &str) -> Option<String> {
    let (name, rest) = rest.split_once('>')?;
    let (pattern, _) = rest.split_once(')')?;
    is_digits(pattern).then(|| name.to_owned())
}

fn is_digits(pattern: &str) -> bool {
    DIGITS.iter().any(|digit| {
        pattern.strip_prefix(digit).is_some_and(|count| {
            let bounds = count.strip_prefix('{').map(|bounds| bounds.strip_suffix('}').unwrap_or(bounds));
            let is_bounded =
                bounds.is_some_and(|bounds| bounds.bytes().all(|byte| byte.is_ascii_digit() || byte == b','));
            matches!(count, "" | "+" | "*") || is_bounded
        })
    })
}

#[cfg(test)]
mod tests {
    use super::converted;

    fn names(route: &str) -> Vec<String> {
        converted(&[route]).into_iter().collect()
    }

    #[test]
    fn numbers_are_converted_and_texts_are_not() {
        assert_eq!(names("/orders/<int:order>/<slug:part>/<name>"), ["order"]);
        assert_eq!(names("/orders/<order:int>/<path:rest>"), ["order"]);
        assert_eq!(names("/orders/<number:int>"), ["number"]);
        assert_eq!(names("/orders/<int(fixed_digits=4):year>"), ["year"]);
        assert_eq!(names(r"^orders/(?P<order>\d+)/(?P<part>\w+)/$"), ["order"]);
        assert_eq!(names(r"^archive/(?P<year>[0-9]{4})/(?P<rest>.+)$"), ["year"]);
        assert_eq!(names(r"/orders/{order:int}/{part}"), ["order"]);
        assert_eq!(names(r"/orders/{order:\d+}"), ["order"]);
        assert!(names(r"/files/<name:re:.+>").is_empty());
        assert!(names(r"(?P<name>\d+|\w+)").is_empty());
        let integers = |route: &str| super::integers(&[route]).into_iter().collect::<Vec<_>>();
        assert_eq!(integers("/<int:order>/<uuid:key>/<int(fixed_digits=4):year>"), ["order", "year"]);
        assert_eq!(integers(r"^(?P<order>[0-9]+)/(?P<year>\d{4})/$"), ["order"]);
        assert!(integers("/<float:price>/{key:uuid}").is_empty());
        assert!(super::texts(&["/orders/<name>/<int:id>"]).contains("name"));
        assert!(!super::texts(&["/orders/<name>/<int:id>"]).contains("id"));
        assert!(super::texts(&["/orders/{name}", r"^(?P<name>\w+)$"]).is_empty());
    }
}
