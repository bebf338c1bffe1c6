"""Small models with random weights and the configuration keys of the real ones, and what transformers computes with
them: pip install torch transformers gguf; python make.py [NAME...]

NAME is a folder beside this file; `refused` writes refused.jsonl, configurations that must not be computed as something
else; `defaults` prints what the configuration classes of the installed transformers write, for defaults.jsonl."""

import json
import pathlib
import sys

import gguf
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
    Qwen3Config,
    Qwen3Model,
    XLMRobertaConfig,
    XLMRobertaModel,
)
from transformers import __version__ as version

HERE = pathlib.Path(__file__).parent
TEXTS = [
    "the mill by the river grinds rye",
    "Café naïve résumé, with (punctuation)!",
    "a",
    "[SEP] is text here",
    "a longer text " * 9,
]
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


# llama.cpp's names of a BERT's tensors.
GGUF_NAMES = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}


def tokenizer(before="[CLS]"):
    letters = [chr(c) for c in range(33, 127) if not chr(c).isupper()]
    pieces = SPECIALS + letters + [f"##{letter}" for letter in letters] + ["the", "mill", "river", "text", "##er"]
    made = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(SPECIALS)
    made.post_processor = processors.TemplateProcessing(
        single=f"{before} $A [SEP]".strip(), special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def save_gguf(path, network, pieces):
    """As llama.cpp's converter writes a BERT with WordPiece; matrices in f16."""
    config = network.config
    out = gguf.GGUFWriter(str(path), "bert")
    out.add_context_length(config.max_position_embeddings)
    out.add_embedding_length(config.hidden_size)
    out.add_block_count(config.num_hidden_layers)
    out.add_feed_forward_length(config.intermediate_size)
    out.add_head_count(config.num_attention_heads)
    out.add_layer_norm_eps(config.layer_norm_eps)
    out.add_pooling_type(gguf.PoolingType.MEAN)
    out.add_token_type_count(config.type_vocab_size)
    out.add_tokenizer_model("bert")
    # The beginning of a word is marked, not what goes on.
    shown = [p if p in SPECIALS else p[2:] if p.startswith("##") else "\u2581" + p for p in pieces]
    out.add_token_list(shown)
    out.add_token_types([3 if p in SPECIALS else 1 for p in pieces])
    for add, special in [
        (out.add_bos_token_id, "[CLS]"),
        (out.add_sep_token_id, "[SEP]"),
        (out.add_unk_token_id, "[UNK]"),
        (out.add_mask_token_id, "[MASK]"),
        (out.add_pad_token_id, "[PAD]"),
    ]:
        add(pieces.index(special))
    for name, tensor in network.state_dict().items():
        part, kind = name.rsplit(".", 1)
        if part.startswith("encoder.layer."):
            _, _, layer, part = part.split(".", 3)
            name = f"blk.{layer}.{GGUF_NAMES[part]}.{kind}"
        elif part in GGUF_NAMES:
            name = f"{GGUF_NAMES[part]}.{kind}"
        else:
            continue
        tensor = tensor.half() if tensor.dim() == 2 and name.startswith(("blk.", "token_embd.")) else tensor.float()
        out.add_tensor(name, tensor.numpy())
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def pooled(states, pooling):
    return {"mean": states.mean(0), "cls": states[0], "lasttoken": states[-1]}[pooling]


def shaken(network):
    """Numbers that a new network has none of, biases above all, and in half floats, which are half as large a file."""
    with torch.no_grad():
        for tensor in network.parameters():
            tensor.add_(torch.randn_like(tensor) * 0.1)
    return network.half().float()


def usual():
    """Numbers as real models have them."""
    torch.manual_seed(3)
    size = dict(vocab_size=tokenizer().get_vocab_size(), num_attention_heads=4, initializer_range=0.3)
    small = dict(size, hidden_size=32)
    # Of this size the engine of our own takes a BERT.
    large = dict(size, hidden_size=64, num_hidden_layers=2, intermediate_size=128)
    return {
        "bert": (BertModel(BertConfig(**small, num_hidden_layers=2, intermediate_size=64, max_position_embeddings=128)), "mean"),
        "xlm-roberta": (
            XLMRobertaModel(XLMRobertaConfig(**large, max_position_embeddings=130, type_vocab_size=1, pad_token_id=0, layer_norm_eps=1e-5)),
            "cls",
        ),
        "modernbert": (
            ModernBertModel(ModernBertConfig(**small, num_hidden_layers=4, intermediate_size=48, max_position_embeddings=128, pad_token_id=0, global_attn_every_n_layers=3, local_attention=16)),
            "mean",
        ),
        "qwen3": (
            Qwen3Model(Qwen3Config(**small, num_hidden_layers=2, intermediate_size=64, max_position_embeddings=128, num_key_value_heads=2, head_dim=16, pad_token_id=0, tie_word_embeddings=True)).half().float(),
            "lasttoken",
        ),
        "gguf": (BertModel(BertConfig(**large, max_position_embeddings=128)).half().float(), "mean"),
    }


def other():
    """Each number as hardly a model has it: one that is not read shows."""
    torch.manual_seed(5)
    size = dict(vocab_size=tokenizer().get_vocab_size(), num_attention_heads=4, initializer_range=0.3)
    large = dict(size, hidden_size=64, num_hidden_layers=1, intermediate_size=64, layer_norm_eps=0.5)
    rope = {
        "full_attention": {"rope_type": "default", "rope_theta": 300.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 20.0},
    }
    networks = {
        "bert-other": (BertModel(BertConfig(**large, max_position_embeddings=128, hidden_act="relu", type_vocab_size=3)), "cls"),
        "xlm-roberta-other": (XLMRobertaModel(XLMRobertaConfig(**large, max_position_embeddings=133, type_vocab_size=1, pad_token_id=4)), "mean"),
        "modernbert-other": (
            ModernBertModel(ModernBertConfig(**size, hidden_size=32, num_hidden_layers=3, intermediate_size=32, max_position_embeddings=128, pad_token_id=0, hidden_activation="silu", global_attn_every_n_layers=2, local_attention=6, norm_eps=0.02, norm_bias=True, attention_bias=True, mlp_bias=True, rope_parameters=rope)),
            "mean",
        ),
        "qwen3-other": (
            Qwen3Model(Qwen3Config(**dict(size, num_attention_heads=2), hidden_size=16, num_hidden_layers=2, intermediate_size=24, max_position_embeddings=128, num_key_value_heads=1, head_dim=12, pad_token_id=0, hidden_act="gelu_pytorch_tanh", rms_norm_eps=0.02, attention_bias=True, rope_parameters={"rope_type": "default", "rope_theta": 30.0}, sliding_window=8, use_sliding_window=True, max_window_layers=2)),
            "lasttoken",
        ),
    }
    return {name: (shaken(network), pooling) for name, (network, pooling) in networks.items()}


def write_json(path, value):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value) + "\n")


def save_pooling(folder, name, pooling, size):
    """As sentence-transformers writes it, the latest version where the model is another."""
    if not name.endswith("-other"):
        known = ("mean_tokens", "cls_token", "lasttoken")
        modes = {f"pooling_mode_{mode}": mode.startswith(pooling) for mode in known}
        return write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": size, **modes})
    write_json(folder / "1_Pooling" / "config.json", {"embedding_dimension": size, "pooling_mode": pooling, "include_prompt": True})
    kinds = ["base.modules.transformer.Transformer", "sentence_transformer.modules.pooling.Pooling", "base.modules.normalize.Normalize"]
    paths = ["", "1_Pooling", "2_Normalize"]
    modules = [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.{kind}"} for i, (path, kind) in enumerate(zip(paths, kinds))]
    write_json(folder / "modules.json", modules)
    write_json(folder / "2_Normalize" / "config.json", {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"})
    states = {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}
    write_json(folder / "sentence_bert_config.json", {"transformer_task": "feature-extraction", "modality_config": states, "module_output_name": "token_embeddings"})


def encoded(network, ids, pooling):
    with torch.no_grad():
        states = network(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long))
    vector = pooled(states.last_hidden_state[0], pooling)
    return vector / vector.norm()


def save(name, network, pooling):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    made = tokenizer("" if name.startswith("qwen3") else "[CLS]")
    network.eval()
    if name == "gguf":
        pieces = sorted(made.get_vocab().items(), key=lambda pair: pair[1])
        save_gguf(folder / "model.gguf", network, [piece for piece, _ in pieces])
    else:
        saved = network.half() if name == "qwen3" or name.endswith("-other") else network
        saved.save_pretrained(folder)
        network.float()
        made.save(str(folder / "tokenizer.json"), pretty=False)
        save_pooling(folder, name, pooling, network.config.hidden_size)
    if name == "bert-other":
        # It wins over tokenizer.json, which folds to small letters.
        write_json(folder / "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": True})
        made = AutoTokenizer.from_pretrained(folder).backend_tokenizer
    # What looks like a special token in a text is text.
    made.encode_special_tokens = True
    with open(folder / "expected.jsonl", "w", encoding="utf-8") as out:
        for text in TEXTS:
            ids = made.encode(text).ids
            vector = encoded(network, ids, pooling).tolist()
            out.write(json.dumps({"text": text, "ids": ids, "embedding": vector}, ensure_ascii=False) + "\n")


LINEAR = {"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}

# A key, and what it is to be beside the keys of the model of that name.
REFUSED = [
    ("bert", "hidden_act", "silu", {}),
    ("bert", "hidden_act", "quick_gelu", {}),
    ("bert", "hidden_act", "tanh", {}),
    ("bert", "is_decoder", True, {}),
    ("bert", "add_cross_attention", True, {}),
    ("bert", "position_embedding_type", "relative_key", {}),
    ("bert", "position_embedding_type", "relative_key_query", {}),
    ("bert", "position_embedding_type", "alibi", {}),
    ("bert", "feed_forward_type", "geglu", {}),
    ("bert", "pruned_heads", {"0": [1]}, {}),
    ("bert", "per_layer_config", {"0": {"hidden_act": "relu"}}, {}),
    ("bert", "quantization_config", {"load_in_4bit": True, "quant_method": "bitsandbytes"}, {}),
    ("bert", "auto_map", {"AutoModel": "modeling.Model"}, {}),
    ("bert", "embedding_size", 16, {}),
    ("bert", "residual_multiplier", 0.5, {}),
    ("bert", "layer_norm_eps", 0, {}),
    ("bert", "layer_norm_eps", "1e-12", {}),
    ("bert", "num_attention_heads", 5, {}),
    ("xlm-roberta", "position_embedding_type", "rotary", {}),
    ("xlm-roberta", "lora_adaptations", ["retrieval.query"], {}),
    ("xlm-roberta", "is_decoder", True, {}),
    ("xlm-roberta", "hidden_act", "mish", {}),
    ("xlm-roberta", "pad_token_id", -1, {}),
    ("xlm-roberta", "max_position_embeddings", 1, {}),
    ("modernbert", "hidden_activation", "quick_gelu", {}),
    ("modernbert", "hidden_act", "silu", {}),
    ("modernbert", "is_causal", True, {}),
    ("modernbert", "layer_types", ["full_attention"] * 4, {}),
    ("modernbert", "layer_types", ["full_attention", "chunked_attention"] * 2, {}),
    ("modernbert", "layer_types", ["full_attention"], {}),
    ("modernbert", "global_attn_every_n_layers", 0, {}),
    ("modernbert", "layer_norm_eps", 0.001, {}),
    ("modernbert", "sliding_window", 3, {}),
    ("modernbert", "head_dim", 4, {}),
    ("modernbert", "partial_rotary_factor", 0.5, {}),
    ("modernbert", "rope_scaling.rope_type", "yarn", {"rope_scaling": YARN}),
    ("modernbert", "rope_parameters.full_attention.rope_type", "linear", {"rope_parameters": {"full_attention": LINEAR, "sliding_attention": LINEAR}}),
    ("modernbert", "rope_parameters.rope_theta", 20.0, {"rope_parameters": {"rope_theta": 20.0}}),
    ("modernbert", "rope_parameters.full_attention.rope_theta", 160000.0, {"global_rope_theta": 10000.0}),
    ("modernbert", "position_embedding_type", "relative_key", {}),
    ("modernbert", "logit_softcap", 30.0, {}),
    ("modernbert", "local_attention", -1, {}),
    ("qwen3", "hidden_act", "quick_gelu", {}),
    ("qwen3", "use_sliding_window", True, {"sliding_window": 4, "max_window_layers": 1, "layer_types": None}),
    ("qwen3", "layer_types", ["full_attention", "sliding_attention"], {"sliding_window": 4, "use_sliding_window": True}),
    ("qwen3", "is_causal", False, {}),
    ("qwen3", "use_bidirectional_attention", True, {}),
    ("qwen3", "rope_scaling.rope_type", "yarn", {"rope_scaling": YARN}),
    ("qwen3", "rope_scaling.type", "linear", {"rope_scaling": {"type": "linear", "factor": 4.0}}),
    ("qwen3", "rope_parameters.rope_type", "linear", {"rope_parameters": LINEAR}),
    ("qwen3", "rope_parameters.partial_rotary_factor", 0.5, {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}}),
    ("qwen3", "rope_parameters.rope_theta", 10000.0, {"rope_theta": 500.0}),
    ("qwen3", "num_key_value_heads", 3, {}),
    ("qwen3", "head_dim", 15, {}),
    ("qwen3", "mlp_bias", True, {}),
    ("qwen3", "quantization_config", {"bits": 4, "quant_method": "gptq"}, {}),
    ("qwen3", "embedding_multiplier", 12.0, {}),
]


def refused():
    """What must be refused, with the cosine between what transformers computes of it and what it computes without the
    key. Some it does not know any more, or not yet, or leaves to code of the model's own: those have no cosine."""
    with open(HERE / "refused.jsonl", "w", encoding="utf-8") as out:
        for name, key, value, more in REFUSED:
            changes = more if "." in key else {**more, key: value}
            base = json.loads((HERE / name / "config.json").read_text())
            line = {"model": name, "key": key, "value": value, "config": changes, "cosine": cosine(name, base, changes)}
            out.write(json.dumps(line) + "\n")


def cosine(name, base, changes):
    kinds = {"bert": (BertConfig, BertModel), "xlm-roberta": (XLMRobertaConfig, XLMRobertaModel), "modernbert": (ModernBertConfig, ModernBertModel), "qwen3": (Qwen3Config, Qwen3Model)}
    config, model = kinds[name]
    ids = tokenizer("").encode(TEXTS[4]).ids
    without = model.from_pretrained(HERE / name).float().eval()
    try:
        with_it = model(config(**{**base, **changes})).eval()
        with_it.load_state_dict(without.state_dict())
        found = float(encoded(with_it, ids, "lasttoken") @ encoded(without, ids, "lasttoken"))
    except Exception:
        return None
    # A network that does as it did has not read the key.
    return round(found, 4) if found < 0.99995 else None


def defaults():
    for config in [BertConfig, XLMRobertaConfig, ModernBertConfig, Qwen3Config]:
        print(json.dumps({"transformers": version, "config": json.loads(config().to_json_string(use_diff=False))}))


def main():
    made = {**usual(), **other()}
    if sys.argv[1:] == ["defaults"]:
        return defaults()
    for name in sys.argv[1:] or [*made, "refused"]:
        if name == "refused":
            refused()
        else:
            save(name, *made[name])


if __name__ == "__main__":
    main()
