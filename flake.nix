{
  description = "Local semantic search with citations: one binary, a multilingual model inside";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = nixpkgs.lib.genAttrs systems;
    in
    {
      packages = each (system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          manifest = (pkgs.lib.importTOML ./Cargo.toml).package;
        in
        {
          default = pkgs.rustPlatform.buildRustPackage {
            pname = manifest.name;
            version = manifest.version;
            src = self;
            cargoLock.lockFile = ./Cargo.lock;
            env.TANE_COMMIT = self.shortRev or "dirty";
            # The tests take minutes and use the network on loopback.
            doCheck = false;
            nativeBuildInputs = [ pkgs.installShellFiles ];
            postInstall = ''
              mkdir man
              $out/bin/tane man man
              installManPage man/*.1
              for shell in bash zsh fish; do
                $out/bin/tane completions $shell > tane.$shell
              done
              installShellCompletion tane.{bash,zsh,fish}
            '';
            meta = {
              description = manifest.description;
              license = with pkgs.lib.licenses; [ mit asl20 ];
              mainProgram = "tane";
            };
          };
        });
    };
}
