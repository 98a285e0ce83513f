/** Cases of the specification that expressions of a room answer otherwise, by reason. */
const BY_REASON: Readonly<Record<string, readonly string[]>> = {
  "Unknown names and functions are refused when an expression is registered [CEL-4], not left to a run.": [
    "basic/variables/unbound_is_runtime_error",
    "basic/functions/unbound_is_runtime_error",
    ...[
      "as",
      "break",
      "const",
      "continue",
      "else",
      "for",
      "function",
      "if",
      "import",
      "let",
      "loop",
      "package",
      "namespace",
      "return",
      "var",
      "void",
      "while",
    ].map((name) => `parse/receiver_function_names/${name}`),
  ],
  "The roots are plain names: there are no variables with dots in their names.": [
    "fields/qualified_identifier_resolution/qualified_ident",
    "fields/qualified_identifier_resolution/map_field_select",
    "fields/qualified_identifier_resolution/qualified_identifier_resolution_unchecked",
    "fields/qualified_identifier_resolution/ident_with_longest_prefix_check",
  ],
  "JSON numbers have a remainder: they stand where integers do [CEL-2].": ["fp_math/fp_math/mod_not_support"],
  "An int and a double are compared exactly, not after rounding the int.": [
    "comparisons/lt_literal/not_lt_dyn_int_big_lossy_double",
    "comparisons/gt_literal/not_gt_dyn_big_double_int",
    "comparisons/lte_literal/lte_dyn_big_double_int",
    "comparisons/gte_literal/gte_dyn_int_big_lossy_double",
  ],
  "An expression nests 24 levels deep at most [CEL-5].": [
    "parse/nest/list_index",
    "parse/nest/parens",
    "parse/repeat/conditional",
  ],
  "The parser takes no field names in back quotes: m['a-b'] reads the same.": [
    "fields/quoted_map_fields/field_access_slash",
    "fields/quoted_map_fields/field_access_dash",
    "fields/quoted_map_fields/field_access_dot",
    "fields/quoted_map_fields/has_field_slash",
    "fields/quoted_map_fields/has_field_dash",
    "fields/quoted_map_fields/has_field_dot",
  ],
  "The parser takes no raw bytes literals.": [
    "raw_single_quoted_escapes",
    "raw_double_quoted_escapes",
    "raw_triple_single_quoted_escapes",
    "raw_triple_double_quoted_escapes",
    "upper_raw_single_quoted_escapes",
    "upper_raw_double_quoted_escapes",
    "upper_raw_triple_single_quoted_escapes",
    "upper_raw_triple_double_quoted_escapes",
  ].map((name) => `parse/bytes_literals/${name}`),
  "The parser reads letters beyond ASCII in a bytes literal as one byte.": [
    "basic/self_eval_nonzeroish/self_eval_bytes_escape",
    "comparisons/eq_literal/eq_bytes",
    "comparisons/ne_literal/not_ne_bytes",
  ],
  "The parser takes no decimals without a leading digit.": ["comparisons/gt_literal/not_gt_double"],
};

/** The reason for each case, by its id. */
export const EXPECTED_FAILURES: ReadonlyMap<string, string> = new Map(
  Object.entries(BY_REASON).flatMap(([reason, ids]) => ids.map((id) => [id, reason] as const)),
);
