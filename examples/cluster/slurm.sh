#!/usr/bin/env bash
# Rebuilds an index on the GPUs of a cluster that has only a queue: a shard for each task of an array job, and the last
# one joins them.
#
#     tane pack --corpus corpus.pack                      # at home; copy it to the cluster
#     tane unpack corpus.pack work                        # there
#     sbatch examples/cluster/slurm.sh work back.pack
#     tane unpack back.pack                               # at home again
#
#SBATCH --job-name=tane
#SBATCH --array=1-4
#SBATCH --gpus-per-task=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=01:00:00
set -euo pipefail
back="$(realpath "$2")"
cd "$1"
shards="${SLURM_ARRAY_TASK_MAX:-1}" shard="${SLURM_ARRAY_TASK_ID:-1}"

# What was unpacked knows the roots and every vector there is; each task goes on from a copy. A task that is stopped
# and started again embeds nothing twice.
[ -d "part$shard" ] || { cp -r index "part$shard.tmp" && mv "part$shard.tmp" "part$shard"; }
tane --index "part$shard" index --shard "$shard/$shards" --device "${TANE_DEVICE:-cuda}"
touch "done$shard"

# Only one can make the folder.
if [ "$(find . -maxdepth 1 -name 'done*' | wc -l)" -eq "$shards" ] && mkdir joining 2> /dev/null; then
  parts=()
  for number in $(seq 1 "$shards"); do parts+=("part$number"); done
  tane --index all merge "${parts[@]}"
  tane --index all pack "$back"
fi
