# Homebrew's formula. The release workflow puts in version, address and sums; a tap takes the result.
class Tane < Formula
  desc "Local semantic search with citations"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@BASE_URL@/tane-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256_aarch64-apple-darwin@"
    end
    on_intel do
      url "@BASE_URL@/tane-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256_x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@BASE_URL@/tane-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256_aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@BASE_URL@/tane-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256_x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "tane"
    man1.install Dir["man/*.1.gz"]
    bash_completion.install "completions/tane.bash" => "tane"
    zsh_completion.install "completions/_tane"
    fish_completion.install "completions/tane.fish"
  end

  test do
    (testpath/"a.txt").write "The bridge over the river was built in 1931."
    system bin/"tane", "index", "--index", testpath/"ix", testpath/"a.txt"
    assert_match "a.txt:1", shell_output("#{bin}/tane query --index #{testpath}/ix 'When was the bridge built?'")
  end
end
