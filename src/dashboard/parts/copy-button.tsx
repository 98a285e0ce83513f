import { useEffect, useState } from "preact/hooks";

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for who does not see what stands beside it. */
  readonly label: string;
}

/** ms that it says that it has copied. */
const TOLD_MS = 2_000;

export function CopyButton({ text, label }: CopyButtonProps) {
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => {
    if (told === null) return;
    const timer = setTimeout(() => setTold(null), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setTold("Copied");
    } catch {
      // Browsers let no page at an address without TLS reach the clipboard.
      setTold("Select it");
    }
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy ${label}`}>
      {told ?? "Copy"}
    </button>
  );
}
