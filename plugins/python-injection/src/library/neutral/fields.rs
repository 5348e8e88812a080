//! Fields of forms and serializers and types of options that refuse every free text. Invariant: a field that keeps the
//! sender's own words, however checked, is not here.

use securecode_sdk::{Sanitizer, spec::sanitizers as of};

/// Django's form fields and the REST framework's, whose checked values are numbers, dates, identifiers or one of the
/// choices that the program offers.
const CHECKED: [&str; 17] = [
    "IntegerField",
    "FloatField",
    "DecimalField",
    "BooleanField",
    "NullBooleanField",
    "DateField",
    "DateTimeField",
    "TimeField",
    "DurationField",
    "UUIDField",
    "ChoiceField",
    "TypedChoiceField",
    "MultipleChoiceField",
    "TypedMultipleChoiceField",
    "ModelChoiceField",
    "IPAddressField",
    "GenericIPAddressField",
];

/// WTForms' fields whose data is made by conversion. What a `SelectField` holds before it is validated is free text.
const CONVERTED: [&str; 11] = [
    "IntegerField",
    "IntegerRangeField",
    "FloatField",
    "DecimalField",
    "DecimalRangeField",
    "BooleanField",
    "DateField",
    "DateTimeField",
    "DateTimeLocalField",
    "MonthField",
    "TimeField",
];

/// Types of a command's options.
const OPTIONS: [&str; 8] = [
    "click.INT",
    "click.FLOAT",
    "click.BOOL",
    "click.UUID",
    "click.IntRange",
    "click.FloatRange",
    "click.Choice",
    "click.DateTime",
];

/// Gives the fields and types.
pub(super) fn converters() -> Vec<Sanitizer> {
    let checked = ["django.forms", "django.forms.fields", "rest_framework.serializers", "rest_framework.fields"];
    let converted = ["wtforms", "wtforms.fields", "wtforms.fields.core", "wtforms.fields.numeric"];
    let names = |owners: &[&str], fields: &[&str]| -> Vec<String> {
        owners.iter().flat_map(|owner| fields.iter().map(move |field| format!("{owner}.{field}"))).collect()
    };
    let all = [names(&checked, &CHECKED), names(&converted, &CONVERTED)].concat();
    let all: Vec<&str> = all.iter().map(String::as_str).chain(OPTIONS).collect();
    of(&all, &[])
}
