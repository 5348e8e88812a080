"""random_model.py FOLDER: the description and tokenizer of a tiny Llama, whose weights the server draws at random.

Invariant: the same Python makes the same tokenizer, and nothing is read from the network.
"""

import glob
import json
import os
import sys
import sysconfig

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
END_OF_TEXT, BEGIN, END = special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LONGEST = 8192

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
texts = sorted(glob.glob(os.path.join(sysconfig.get_paths()["stdlib"], "*.py")))[:50]
trainer = trainers.BpeTrainer(
    vocab_size=2048,
    special_tokens=special,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
tokenizer.train(texts, trainer)
tokenizer.save(os.path.join(folder, "tokenizer.json"))


def write(name, content):
    with open(os.path.join(folder, name), "w") as out:
        json.dump(content, out, indent=1)


turn = "{% for message in messages %}" + BEGIN + "{{ message['role'] }}\n{{ message['content'] }}" + END + "\n{% endfor %}"
answer = "{% if add_generation_prompt %}" + BEGIN + "assistant\n{% endif %}"
write(
    "tokenizer_config.json",
    {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": LONGEST,
        "eos_token": END,
        "pad_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "chat_template": turn + answer,
    },
)
write(
    "config.json",
    {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "max_position_embeddings": LONGEST,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "dtype": "float32",
        "bos_token_id": tokenizer.token_to_id(END_OF_TEXT),
        "eos_token_id": tokenizer.token_to_id(END),
    },
)
write("generation_config.json", {"eos_token_id": tokenizer.token_to_id(END)})
