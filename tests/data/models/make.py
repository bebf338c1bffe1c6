"""Small models with random weights and the configuration keys of the real ones, and what transformers computes with
them: pip install torch transformers gguf; python make.py"""

import json
import pathlib

import gguf
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
    Qwen3Config,
    Qwen3Model,
    XLMRobertaConfig,
    XLMRobertaModel,
)

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


def main():
    torch.manual_seed(3)
    made = tokenizer()
    size = dict(vocab_size=made.get_vocab_size(), num_attention_heads=4, initializer_range=0.3)
    small = dict(size, hidden_size=32)
    # Of this size the engine of our own takes a BERT.
    large = dict(size, hidden_size=64, num_hidden_layers=2, intermediate_size=128)
    networks = {
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
    for name, (network, pooling) in networks.items():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        made = tokenizer("" if name == "qwen3" else "[CLS]")
        network.eval()
        if name == "gguf":
            pieces = sorted(made.get_vocab().items(), key=lambda pair: pair[1])
            save_gguf(folder / "model.gguf", network, [piece for piece, _ in pieces])
        else:
            saved = network.half() if name == "qwen3" else network
            saved.save_pretrained(folder)
            network.float()
            made.save(str(folder / "tokenizer.json"), pretty=False)
            (folder / "1_Pooling").mkdir(exist_ok=True)
            known = ("mean_tokens", "cls_token", "lasttoken")
            modes = {f"pooling_mode_{mode}": mode.startswith(pooling) for mode in known}
            said = {"word_embedding_dimension": network.config.hidden_size, **modes}
            (folder / "1_Pooling" / "config.json").write_text(json.dumps(said) + "\n")
        # What looks like a special token in a text is text.
        made.encode_special_tokens = True
        with open(folder / "expected.jsonl", "w", encoding="utf-8") as out:
            for text in TEXTS:
                ids = made.encode(text).ids
                with torch.no_grad():
                    states = network(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long))
                vector = pooled(states.last_hidden_state[0], pooling)
                vector = (vector / vector.norm()).tolist()
                out.write(json.dumps({"text": text, "ids": ids, "embedding": vector}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
