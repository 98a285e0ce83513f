const CANONICAL_DECIMAL = /^(?:0|[1-9][0-9]*)$/;

/** The order in which a room lists keys [ROOM-4]: canonical decimals by number first, then by code point. */
export function compareKeys(left: string, right: string): number {
  const leftDecimal = CANONICAL_DECIMAL.test(left);
  const rightDecimal = CANONICAL_DECIMAL.test(right);
  if (leftDecimal && rightDecimal && left.length !== right.length) return left.length - right.length;
  if (leftDecimal !== rightDecimal) return leftDecimal ? -1 : 1;
  return compareCodePoints(left, right);
}

/** UTF-16 order differs from code point order only where a surrogate meets a unit from U+E000 to U+FFFF. */
function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return surrogateLast(a) - surrogateLast(b);
  }
  return left.length - right.length;
}

function surrogateLast(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit <= 0xdfff ? unit + 0x2000 : unit - 0x800;
}
