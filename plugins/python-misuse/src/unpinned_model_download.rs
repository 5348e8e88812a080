//! `python-unpinned-model-download`.
//!
//! # What
//! Models and data sets from the Hugging Face or PyTorch hub without a fixed revision, or whose code is trusted.
//! # Why
//! Whoever takes over the repository changes what the program downloads next; weights and loaders can hold code
//! (CWE-494).
//! # Fix
//! `revision="<commit>"`. Which commit was reviewed, the code does not say.
//!
//! Invariant: local folders and names that only the run shows are not reported, unless the repository's code is
//! trusted.

use securecode_sdk::{
    Confidence, File, Found, Interest, Kind, Match, Metadata, Rule, Severity, fix::call::Call, test_code,
};

use crate::{argument, constant, literal};

/// The rule.
pub(crate) struct UnpinnedModelDownload;

const CALLEES: &[&str] = &[
    "*.from_pretrained",
    "transformers.pipeline",
    "transformers.pipelines.pipeline",
    "huggingface_hub.hf_hub_download",
    "huggingface_hub.snapshot_download",
    "datasets.load_dataset",
    "torch.hub.load",
];
/// Libraries whose classes have `from_pretrained`.
const LIBRARIES: &[&str] =
    &["transformers", "diffusers", "sentence_transformers", "peft", "tokenizers", "timm", "huggingface_hub"];
/// Classes that are commonly loaded from a hub, for callees whose class is known.
const CLASSES: &[&str] = &[
    "AutoModel",
    "AutoTokenizer",
    "AutoConfig",
    "AutoProcessor",
    "AutoImageProcessor",
    "AutoFeatureExtractor",
    "AutoModelForCausalLM",
    "AutoModelForSeq2SeqLM",
    "AutoModelForSequenceClassification",
    "AutoModelForTokenClassification",
    "AutoModelForQuestionAnswering",
    "AutoModelForMaskedLM",
    "BertModel",
    "BertTokenizer",
    "GPT2LMHeadModel",
    "GPT2Tokenizer",
    "T5ForConditionalGeneration",
    "T5Tokenizer",
    "CLIPModel",
    "CLIPProcessor",
    "WhisperForConditionalGeneration",
    "WhisperProcessor",
];

const HELP: &str = "\
A repository on a model hub changes whenever its owner, or whoever has their token, pushes to it. A program that asks \
for the newest revision loads the change unseen: weights in pickle format, and loaders that `trust_remote_code=True` \
runs, are programs.

Name the commit that was reviewed: `from_pretrained(\"org/model\", revision=\"5f91d94…\")`, prefer `safetensors`, and \
leave `trust_remote_code` off.";

impl Rule for UnpinnedModelDownload {
    fn metadata(&self) -> Metadata {
        let classes = CLASSES.iter().map(|class| format!("transformers.{class}.from_pretrained"));
        Metadata {
            id: "python-unpinned-model-download",
            title: "Model or data set without a fixed revision",
            help: HELP,
            severity: Severity::Low,
            confidence: Confidence::Medium,
            cwe: 494,
            tags: &["owasp:A08:2025", "owasp:A03:2025"],
            interests: vec![Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).chain(classes).collect())],
            triggers: &[
                "from_pretrained",
                "pipeline",
                "hf_hub_download",
                "snapshot_download",
                "load_dataset",
                "hub.load",
            ],
            bad: "from transformers import AutoModel\nmodel = AutoModel.from_pretrained('acme/ranker')\n",
            good: "from transformers import AutoModel\nmodel = AutoModel.from_pretrained('acme/ranker', revision='5f91d94bd9cd7190a9f3216ff93cd1dd95f2c7be')\n",
            no_fix_reason: Some("Which revision was reviewed is not in the code."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let is_known = !matched.name.starts_with("*.") || LIBRARIES.iter().any(|library| file.imports_module(library));
        if !is_known || argument::is_constant(call, "local_files_only", Kind::TRUE) {
            return None;
        }
        let is_trusted = argument::is_constant(call, "trust_remote_code", Kind::TRUE);
        let revision = call.keyword("revision").map(constant::origin);
        let is_commit = revision.is_some_and(|revision| literal::text(revision).is_none_or(is_commit));
        if is_trusted && !is_commit {
            let message = "The code of the repository's newest revision runs in the program.";
            return Some(Found::new(matched.at, message).severity(Severity::High).confidence(Confidence::High));
        }
        let repository = repository(call, &matched.name)?;
        // A branch or tag is still moved by its owner, but somebody has chosen it.
        let is_named = revision.is_some() || repository.contains(':');
        (!is_named && !argument::has_splat(call)).then(|| {
            let message = format!("Whatever the owner of `{repository}` pushes next is downloaded and used.");
            test_code::ranked(file, Found::new(matched.at, message))
        })
    }
}

/// Gives the repository on the hub that a call names.
fn repository<'a>(call: Call<'a>, callee: &str) -> Option<&'a str> {
    let names = ["pretrained_model_name_or_path", "repo_id", "path", "repo_or_dir", "model"];
    let named = names.iter().find_map(|name| call.keyword(name));
    let position = usize::from(callee.ends_with(".pipeline"));
    let text = constant::text(named.or_else(|| call.positional(position))?)?;
    let is_local_source = call.keyword("source").and_then(literal::text) == Some("local");
    let is_hub_name =
        text.matches('/').count() == 1 && !text.starts_with(['.', '/', '~']) && !text.contains(['\\', '{']);
    // `csv` and `json` are loaders of local files.
    let is_file = [".json", ".csv", ".bin", ".pt", ".safetensors"].iter().any(|ending| text.ends_with(ending));
    let is_folder = ["models/", "model/", "checkpoints/", "data/", "outputs/", "output/", "saved/"];
    (is_hub_name && !is_file && !is_local_source && !is_folder.iter().any(|folder| text.starts_with(folder)))
        .then_some(text)
}

fn is_commit(revision: &str) -> bool {
    revision.len() >= 7 && revision.chars().all(|c| c.is_ascii_hexdigit())
}
