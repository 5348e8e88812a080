//! The packed tree's own numbers for node kinds and fields. Invariant: a number is the line, from 1, of its name in
//! `wit/v1/python-kinds-1.txt` or `wit/v1/python-fields-1.txt`; 0 is "not in the table" and "no field".

/// The kind table of the plugin contract, one name a line.
pub const KIND_TABLE: &str = include_str!("../../../wit/v1/python-kinds-1.txt");

/// The field table of the plugin contract, one name a line.
pub const FIELD_TABLE: &str = include_str!("../../../wit/v1/python-fields-1.txt");

/// What a node is; a line number of the kind table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

/// Which role a node has in its parent; a line number of the field table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(pub u8);

/// Finds the line, from 1, that `name` stands on; fails the build when it is on none.
#[expect(clippy::indexing_slicing, reason = "evaluated while compiling only, where an overrun is a build error")]
const fn line_of(table: &str, name: &str) -> u16 {
    let (table, name) = (table.as_bytes(), name.as_bytes());
    let (mut at, mut line) = (0, 1);
    while at < table.len() {
        let mut length = 0;
        while at + length < table.len() && table[at + length] != b'\n' {
            length += 1;
        }
        if length == name.len() {
            let mut same = 0;
            while same < length && table[at + same] == name[same] {
                same += 1;
            }
            if same == length {
                return line;
            }
        }
        at += length + 1;
        line += 1;
    }
    assert!(at == usize::MAX, "a name is missing from its table");
    0
}

macro_rules! kinds {
    ($($constant:ident = $name:literal;)*) => {
        #[expect(missing_docs, reason = "the names are the grammar's own")]
        impl Kind {
            $(pub const $constant: Kind = Kind(line_of(KIND_TABLE, $name));)*
        }
    };
}

macro_rules! fields {
    ($($constant:ident = $name:literal;)*) => {
        #[expect(missing_docs, reason = "the names are the grammar's own")]
        impl Field {
            $(pub const $constant: Field = Field(line_of(FIELD_TABLE, $name) as u8);)*
        }
    };
}

impl Kind {
    /// A node whose kind is not in the table.
    pub const UNKNOWN: Kind = Kind(0);

    /// Gives the table's name (`call`, `token +`), or `?` for a number outside it.
    pub fn name(self) -> &'static str {
        line(KIND_TABLE, usize::from(self.0))
    }

    /// Finds a kind by its name in the table.
    pub fn from_name(name: &str) -> Option<Kind> {
        position(KIND_TABLE, name).and_then(|line| u16::try_from(line).ok()).map(Kind)
    }
}

impl Field {
    /// A node without a role.
    pub const NONE: Field = Field(0);

    /// Gives the table's name, or `?` for a number outside it.
    pub fn name(self) -> &'static str {
        line(FIELD_TABLE, usize::from(self.0))
    }

    /// Finds a field by its name in the table.
    pub fn from_name(name: &str) -> Option<Field> {
        position(FIELD_TABLE, name).and_then(|line| u8::try_from(line).ok()).map(Field)
    }
}

fn line(table: &'static str, number: usize) -> &'static str {
    number.checked_sub(1).and_then(|index| table.lines().nth(index)).unwrap_or("?")
}

fn position(table: &str, name: &str) -> Option<usize> {
    table.lines().position(|line| line == name).map(|index| index + 1)
}

kinds! {
    ERROR = "ERROR";
    ALIASED_IMPORT = "aliased_import";
    ARGUMENT_LIST = "argument_list";
    AS_PATTERN = "as_pattern";
    AS_PATTERN_TARGET = "as_pattern_target";
    ASSERT_STATEMENT = "assert_statement";
    ASSIGNMENT = "assignment";
    ATTRIBUTE = "attribute";
    AUGMENTED_ASSIGNMENT = "augmented_assignment";
    AWAIT = "await";
    BINARY_OPERATOR = "binary_operator";
    BLOCK = "block";
    BOOLEAN_OPERATOR = "boolean_operator";
    BREAK_STATEMENT = "break_statement";
    CALL = "call";
    CASE_CLAUSE = "case_clause";
    CASE_PATTERN = "case_pattern";
    CHEVRON = "chevron";
    CLASS_DEFINITION = "class_definition";
    CLASS_PATTERN = "class_pattern";
    COMMENT = "comment";
    COMPARISON_OPERATOR = "comparison_operator";
    COMPLEX_PATTERN = "complex_pattern";
    CONCATENATED_STRING = "concatenated_string";
    CONDITIONAL_EXPRESSION = "conditional_expression";
    CONSTRAINED_TYPE = "constrained_type";
    CONTINUE_STATEMENT = "continue_statement";
    DECORATED_DEFINITION = "decorated_definition";
    DECORATOR = "decorator";
    DEFAULT_PARAMETER = "default_parameter";
    DELETE_STATEMENT = "delete_statement";
    DICT_PATTERN = "dict_pattern";
    DICTIONARY = "dictionary";
    DICTIONARY_COMPREHENSION = "dictionary_comprehension";
    DICTIONARY_SPLAT = "dictionary_splat";
    DICTIONARY_SPLAT_PATTERN = "dictionary_splat_pattern";
    DOTTED_NAME = "dotted_name";
    ELIF_CLAUSE = "elif_clause";
    ELLIPSIS = "ellipsis";
    ELSE_CLAUSE = "else_clause";
    ESCAPE_INTERPOLATION = "escape_interpolation";
    ESCAPE_SEQUENCE = "escape_sequence";
    EXCEPT_CLAUSE = "except_clause";
    EXEC_STATEMENT = "exec_statement";
    EXPRESSION = "expression";
    EXPRESSION_LIST = "expression_list";
    EXPRESSION_STATEMENT = "expression_statement";
    FALSE = "false";
    FINALLY_CLAUSE = "finally_clause";
    FLOAT = "float";
    FOR_IN_CLAUSE = "for_in_clause";
    FOR_STATEMENT = "for_statement";
    FORMAT_EXPRESSION = "format_expression";
    FORMAT_SPECIFIER = "format_specifier";
    FUNCTION_DEFINITION = "function_definition";
    FUTURE_IMPORT_STATEMENT = "future_import_statement";
    GENERATOR_EXPRESSION = "generator_expression";
    GENERIC_TYPE = "generic_type";
    GLOBAL_STATEMENT = "global_statement";
    IDENTIFIER = "identifier";
    IF_CLAUSE = "if_clause";
    IF_STATEMENT = "if_statement";
    IMPORT_FROM_STATEMENT = "import_from_statement";
    IMPORT_PREFIX = "import_prefix";
    IMPORT_STATEMENT = "import_statement";
    INTEGER = "integer";
    INTERPOLATION = "interpolation";
    KEYWORD_ARGUMENT = "keyword_argument";
    KEYWORD_PATTERN = "keyword_pattern";
    KEYWORD_SEPARATOR = "keyword_separator";
    LAMBDA = "lambda";
    LAMBDA_PARAMETERS = "lambda_parameters";
    LINE_CONTINUATION = "line_continuation";
    LIST = "list";
    LIST_COMPREHENSION = "list_comprehension";
    LIST_PATTERN = "list_pattern";
    LIST_SPLAT = "list_splat";
    LIST_SPLAT_PATTERN = "list_splat_pattern";
    MATCH_STATEMENT = "match_statement";
    MEMBER_TYPE = "member_type";
    MODULE = "module";
    NAMED_EXPRESSION = "named_expression";
    NONE = "none";
    NONLOCAL_STATEMENT = "nonlocal_statement";
    NOT_OPERATOR = "not_operator";
    PAIR = "pair";
    PARAMETER = "parameter";
    PARAMETERS = "parameters";
    PARENTHESIZED_EXPRESSION = "parenthesized_expression";
    PARENTHESIZED_LIST_SPLAT = "parenthesized_list_splat";
    PASS_STATEMENT = "pass_statement";
    PATTERN = "pattern";
    PATTERN_LIST = "pattern_list";
    POSITIONAL_SEPARATOR = "positional_separator";
    PRIMARY_EXPRESSION = "primary_expression";
    PRINT_STATEMENT = "print_statement";
    RAISE_STATEMENT = "raise_statement";
    RELATIVE_IMPORT = "relative_import";
    RETURN_STATEMENT = "return_statement";
    SET = "set";
    SET_COMPREHENSION = "set_comprehension";
    SLICE = "slice";
    SPLAT_PATTERN = "splat_pattern";
    SPLAT_TYPE = "splat_type";
    STRING = "string";
    STRING_CONTENT = "string_content";
    STRING_END = "string_end";
    STRING_START = "string_start";
    SUBSCRIPT = "subscript";
    TRUE = "true";
    TRY_STATEMENT = "try_statement";
    TUPLE = "tuple";
    TUPLE_PATTERN = "tuple_pattern";
    TYPE = "type";
    TYPE_ALIAS_STATEMENT = "type_alias_statement";
    TYPE_CONVERSION = "type_conversion";
    TYPE_PARAMETER = "type_parameter";
    TYPED_DEFAULT_PARAMETER = "typed_default_parameter";
    TYPED_PARAMETER = "typed_parameter";
    UNARY_OPERATOR = "unary_operator";
    UNION_PATTERN = "union_pattern";
    UNION_TYPE = "union_type";
    WHILE_STATEMENT = "while_statement";
    WILDCARD_IMPORT = "wildcard_import";
    WITH_CLAUSE = "with_clause";
    WITH_ITEM = "with_item";
    WITH_STATEMENT = "with_statement";
    YIELD = "yield";
    TOKEN_PLUS = "token +";
    TOKEN_MINUS = "token -";
    TOKEN_STAR = "token *";
    TOKEN_SLASH = "token /";
    TOKEN_DOUBLE_SLASH = "token //";
    TOKEN_PERCENT = "token %";
    TOKEN_DOUBLE_STAR = "token **";
    TOKEN_AT = "token @";
    TOKEN_LEFT_SHIFT = "token <<";
    TOKEN_RIGHT_SHIFT = "token >>";
    TOKEN_AMPERSAND = "token &";
    TOKEN_BAR = "token |";
    TOKEN_CARET = "token ^";
    TOKEN_TILDE = "token ~";
    TOKEN_PLUS_ASSIGN = "token +=";
    TOKEN_MINUS_ASSIGN = "token -=";
    TOKEN_STAR_ASSIGN = "token *=";
    TOKEN_SLASH_ASSIGN = "token /=";
    TOKEN_DOUBLE_SLASH_ASSIGN = "token //=";
    TOKEN_PERCENT_ASSIGN = "token %=";
    TOKEN_DOUBLE_STAR_ASSIGN = "token **=";
    TOKEN_AT_ASSIGN = "token @=";
    TOKEN_LEFT_SHIFT_ASSIGN = "token <<=";
    TOKEN_RIGHT_SHIFT_ASSIGN = "token >>=";
    TOKEN_AMPERSAND_ASSIGN = "token &=";
    TOKEN_BAR_ASSIGN = "token |=";
    TOKEN_CARET_ASSIGN = "token ^=";
    TOKEN_LESS = "token <";
    TOKEN_LESS_EQUAL = "token <=";
    TOKEN_EQUAL = "token ==";
    TOKEN_NOT_EQUAL = "token !=";
    TOKEN_LESS_GREATER = "token <>";
    TOKEN_GREATER = "token >";
    TOKEN_GREATER_EQUAL = "token >=";
    TOKEN_IN = "token in";
    TOKEN_NOT_IN = "token not in";
    TOKEN_IS = "token is";
    TOKEN_IS_NOT = "token is not";
    TOKEN_NOT = "token not";
    TOKEN_AND = "token and";
    TOKEN_OR = "token or";
    TOKEN_ASYNC = "token async";
}

fields! {
    ALIAS = "alias";
    ALTERNATIVE = "alternative";
    ARGUMENT = "argument";
    ARGUMENTS = "arguments";
    ATTRIBUTE = "attribute";
    BODY = "body";
    CAUSE = "cause";
    CODE = "code";
    CONDITION = "condition";
    CONSEQUENCE = "consequence";
    DEFINITION = "definition";
    EXPRESSION = "expression";
    FORMAT_SPECIFIER = "format_specifier";
    FUNCTION = "function";
    GUARD = "guard";
    KEY = "key";
    LEFT = "left";
    MODULE_NAME = "module_name";
    NAME = "name";
    OBJECT = "object";
    OPERATOR = "operator";
    OPERATORS = "operators";
    PARAMETERS = "parameters";
    RETURN_TYPE = "return_type";
    RIGHT = "right";
    SUBJECT = "subject";
    SUBSCRIPT = "subscript";
    SUPERCLASSES = "superclasses";
    TYPE = "type";
    TYPE_CONVERSION = "type_conversion";
    TYPE_PARAMETERS = "type_parameters";
    VALUE = "value";
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_are_line_numbers() {
        assert_eq!(Kind::ERROR, Kind(1));
        assert_eq!(Kind::CALL.name(), "call");
        assert_eq!(Kind::TOKEN_NOT_IN.name(), "token not in");
        assert_eq!(Kind::from_name("yield"), Some(Kind::YIELD));
        assert_eq!(Field::ALIAS, Field(1));
        assert_eq!(Field::VALUE.name(), "value");
        assert_eq!(Kind::UNKNOWN.name(), "?");
    }

    #[test]
    fn the_grammar_knows_every_name() {
        let language = tree_sitter::Language::new(tree_sitter_python::LANGUAGE);
        for name in KIND_TABLE.lines().filter(|name| *name != "ERROR") {
            let (kind, named) = name.strip_prefix("token ").map_or((name, true), |token| (token, false));
            assert_ne!(language.id_for_node_kind(kind, named), 0, "{name}");
        }
        for name in FIELD_TABLE.lines() {
            language.field_id_for_name(name).expect(name);
        }
    }
}
