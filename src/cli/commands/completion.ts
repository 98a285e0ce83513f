import { defineCommand } from "../command.ts";
import { SCRIPTS, SHELLS } from "../completion.ts";
import { EXIT } from "../faults.ts";

export const completion = defineCommand({
  name: "completion",
  summary: "Print a shell's completion script",
  operations: [],
  args: [{ name: "shell", about: "one of", choices: SHELLS }],
  options: {},
  example: 'eval "$(sync completion bash)"',
  notes: `Put the example into ~/.bashrc; for zsh the same with zsh into ~/.zshrc, after compinit; for fish
  sync completion fish > ~/.config/fish/completions/sync.fish`,
  async run({ args, output }) {
    output.stdout.write(`${SCRIPTS[args.shell as keyof typeof SCRIPTS]}\n`);
    return EXIT.done;
  },
});
