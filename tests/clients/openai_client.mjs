// The official `openai` client for JavaScript against `tane serve`.

import OpenAI from 'openai';

const [base] = process.argv.slice(2);
const model = 'multilingual-e5-small';
const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'none', maxRetries: 0 });
const check = (holds, what) => {
  if (!holds) throw new Error(what);
};

// Without an encoding it asks for base64, too.
const input = ['猫は箱が好きだ。', 'Cats like boxes.'];
const answer = await client.embeddings.create({ model, input });
check(answer.data.length === 2 && answer.data[1].index === 1, 'two vectors in order');
const floats = await client.embeddings.create({ model, input, encoding_format: 'float' });
for (const [at, { embedding }] of answer.data.entries()) {
  check(embedding.length === 384, 'dimensions');
  const length = Math.hypot(...embedding);
  check(Math.abs(length - 1) < 1e-3, `length ${length}`);
  const other = floats.data[at].embedding;
  check(embedding.every((x, i) => Math.abs(x - other[i]) < 1e-2), 'base64 and floats are the same vector');
}
const models = [];
for await (const { id } of client.models.list()) models.push(id);
check(models.join() === `${model},${model}:query,${model}:passage`, models.join());
const error = await client.embeddings.create({ model: 'none', input }).catch((error) => error);
check(error.status === 404 && error.code === 'model_not_found', `${error}`);
console.log('openai for JavaScript ok');
