//! Numbers of node kinds and fields in the packed tree. Invariant: every constant is looked up by name in the tables of
//! `wit/v1` while compiling, so that a name that is not there does not compile.

/// What a node is, as `python-kinds-1.txt` numbers it; 0 is a kind that the table does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

/// Which role a node has in its parent, as `python-fields-1.txt` numbers it; 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(pub u8);

const KINDS: &[u8] = include_bytes!("../../../wit/v1/python-kinds-1.txt");
const FIELDS: &[u8] = include_bytes!("../../../wit/v1/python-fields-1.txt");

#[expect(clippy::indexing_slicing, clippy::panic, reason = "runs while compiling, where it stops the build")]
const fn line_of(table: &[u8], name: &[u8]) -> u16 {
    let mut line = 1;
    let mut at = 0;
    while at < table.len() {
        let mut length = 0;
        let mut same = true;
        while at + length < table.len() && table[at + length] != b'\n' {
            if length >= name.len() || table[at + length] != name[length] {
                same = false;
            }
            length += 1;
        }
        if same && length == name.len() {
            return line;
        }
        at += length + 1;
        line += 1;
    }
    panic!("no such name in the table")
}

impl Kind {
    /// Gives the kind of this name; for constants.
    pub const fn named(name: &str) -> Self {
        Self(line_of(KINDS, name.as_bytes()))
    }

    /// Gives the kind's name; `None` for 0.
    pub fn name(self) -> Option<&'static str> {
        let line = usize::from(self.0).checked_sub(1)?;
        str::from_utf8(KINDS).ok()?.lines().nth(line)
    }
}

impl Field {
    /// Gives the field of this name; for constants.
    pub const fn named(name: &str) -> Self {
        Self(line_of(FIELDS, name.as_bytes()) as u8)
    }
}

macro_rules! constants {
    ($type:ident: $($constant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            $(#[doc = concat!("`", $name, "`.")] pub const $constant: Self = Self::named($name);)+
        }
    };
}

constants!(Kind:
    ALIASED_IMPORT = "aliased_import", ARGUMENT_LIST = "argument_list", AS_PATTERN = "as_pattern",
    ASSERT_STATEMENT = "assert_statement", ASSIGNMENT = "assignment", ATTRIBUTE = "attribute",
    AUGMENTED_ASSIGNMENT = "augmented_assignment", AWAIT = "await", BINARY_OPERATOR = "binary_operator",
    BLOCK = "block", BOOLEAN_OPERATOR = "boolean_operator", CALL = "call", CLASS_DEFINITION = "class_definition",
    COMMENT = "comment", COMPARISON_OPERATOR = "comparison_operator", CONCATENATED_STRING = "concatenated_string",
    CONDITIONAL_EXPRESSION = "conditional_expression", DECORATED_DEFINITION = "decorated_definition",
    DECORATOR = "decorator", DEFAULT_PARAMETER = "default_parameter", DICTIONARY = "dictionary",
    DICTIONARY_SPLAT = "dictionary_splat", DOTTED_NAME = "dotted_name", ESCAPE_SEQUENCE = "escape_sequence",
    EXCEPT_CLAUSE = "except_clause", EXPRESSION_LIST = "expression_list", EXPRESSION_STATEMENT = "expression_statement",
    FALSE = "false", FLOAT = "float", FOR_STATEMENT = "for_statement", FORMAT_SPECIFIER = "format_specifier",
    FUNCTION_DEFINITION = "function_definition", FUTURE_IMPORT_STATEMENT = "future_import_statement",
    GENERATOR_EXPRESSION = "generator_expression", GLOBAL_STATEMENT = "global_statement", IDENTIFIER = "identifier",
    IF_STATEMENT = "if_statement", IMPORT_FROM_STATEMENT = "import_from_statement",
    IMPORT_STATEMENT = "import_statement", INTEGER = "integer", INTERPOLATION = "interpolation",
    KEYWORD_ARGUMENT = "keyword_argument", LAMBDA = "lambda", LIST = "list",
    LIST_COMPREHENSION = "list_comprehension", LIST_SPLAT = "list_splat", MODULE = "module",
    NAMED_EXPRESSION = "named_expression", NONE = "none", NONLOCAL_STATEMENT = "nonlocal_statement",
    NOT_OPERATOR = "not_operator", PAIR = "pair", PARAMETERS = "parameters",
    PARENTHESIZED_EXPRESSION = "parenthesized_expression", PATTERN_LIST = "pattern_list",
    RAISE_STATEMENT = "raise_statement", RETURN_STATEMENT = "return_statement", SET = "set", SLICE = "slice",
    STRING = "string", STRING_CONTENT = "string_content", STRING_END = "string_end", STRING_START = "string_start",
    SUBSCRIPT = "subscript", TRUE = "true", TRY_STATEMENT = "try_statement", TUPLE = "tuple",
    TYPE_CONVERSION = "type_conversion", TYPED_DEFAULT_PARAMETER = "typed_default_parameter",
    TYPED_PARAMETER = "typed_parameter", UNARY_OPERATOR = "unary_operator", WHILE_STATEMENT = "while_statement",
    WITH_ITEM = "with_item", WITH_STATEMENT = "with_statement", YIELD = "yield",
    TOKEN_PLUS = "token +", TOKEN_PERCENT = "token %", TOKEN_AND = "token and", TOKEN_OR = "token or",
    TOKEN_NOT = "token not", TOKEN_PLUS_EQUALS = "token +=", TOKEN_SLASH = "token /",
);

constants!(Field:
    ALIAS = "alias", ALTERNATIVE = "alternative", ARGUMENTS = "arguments", ATTRIBUTE = "attribute", BODY = "body",
    CONDITION = "condition", CONSEQUENCE = "consequence", DEFINITION = "definition", EXPRESSION = "expression",
    FORMAT_SPECIFIER = "format_specifier", FUNCTION = "function", KEY = "key", LEFT = "left",
    MODULE_NAME = "module_name", NAME = "name", OBJECT = "object", OPERATOR = "operator", PARAMETERS = "parameters",
    RETURN_TYPE = "return_type", RIGHT = "right", SUBSCRIPT = "subscript", TYPE = "type",
    TYPE_CONVERSION = "type_conversion", VALUE = "value",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_and_names_agree() {
        assert_eq!(Kind::CALL.name(), Some("call"));
        assert_eq!(Kind::TOKEN_PLUS.name(), Some("token +"));
        assert_eq!(Kind(0).name(), None);
        assert_ne!(Field::LEFT, Field::RIGHT);
    }
}
