"""Small models with random weights and the configuration keys of the real ones, and what transformers computes with
them: pip install torch transformers; python make.py"""

import json
import pathlib

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
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


def tokenizer():
    letters = [chr(c) for c in range(33, 127) if not chr(c).isupper()]
    pieces = SPECIALS + letters + [f"##{letter}" for letter in letters] + ["the", "mill", "river", "text", "##er"]
    made = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(SPECIALS)
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def main():
    torch.manual_seed(3)
    made = tokenizer()
    size = dict(vocab_size=made.get_vocab_size(), hidden_size=32, num_attention_heads=4, initializer_range=0.3)
    networks = {
        "bert": (BertModel(BertConfig(**size, num_hidden_layers=2, intermediate_size=64, max_position_embeddings=128)), "mean"),
        "xlm-roberta": (
            XLMRobertaModel(XLMRobertaConfig(**size, num_hidden_layers=2, intermediate_size=64, max_position_embeddings=130, type_vocab_size=1, pad_token_id=0, layer_norm_eps=1e-5)),
            "cls",
        ),
        "modernbert": (
            ModernBertModel(ModernBertConfig(**size, num_hidden_layers=4, intermediate_size=48, max_position_embeddings=128, pad_token_id=0, global_attn_every_n_layers=3, local_attention=16)),
            "mean",
        ),
    }
    for name, (network, pooling) in networks.items():
        folder = HERE / name
        network.eval().save_pretrained(folder)
        made.save(str(folder / "tokenizer.json"), pretty=False)
        (folder / "1_Pooling").mkdir(exist_ok=True)
        modes = {f"pooling_mode_{mode}": mode.startswith(pooling) for mode in ("mean_tokens", "cls_token")}
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **modes}) + "\n")
        # What looks like a special token in a text is text.
        made.encode_special_tokens = True
        with open(folder / "expected.jsonl", "w", encoding="utf-8") as out:
            for text in TEXTS:
                ids = made.encode(text).ids
                with torch.no_grad():
                    states = network(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long))
                states = states.last_hidden_state[0]
                vector = states.mean(0) if pooling == "mean" else states[0]
                vector = (vector / vector.norm()).tolist()
                out.write(json.dumps({"text": text, "ids": ids, "embedding": vector}, ensure_ascii=False) + "\n")
        made.encode_special_tokens = False


if __name__ == "__main__":
    main()
