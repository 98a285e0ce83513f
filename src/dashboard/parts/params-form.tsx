import { useId } from "preact/hooks";
import type { Field } from "./param-fields.ts";
import { optionText } from "./param-fields.ts";

interface ParamsFormProps {
  readonly fields: readonly Field[];
  readonly texts: Readonly<Record<string, string>>;
  readonly faults: Readonly<Record<string, string>>;
  readonly onChange: (name: string, text: string) => void;
}

/** The fields of an action's parameters. */
export function ParamsFields({ fields, texts, faults, onChange }: ParamsFormProps) {
  return (
    <>
      {fields.map((field) => (
        <ParamField
          key={field.name}
          field={field}
          text={texts[field.name] ?? field.initial}
          fault={faults[field.name]}
          onChange={(text) => onChange(field.name, text)}
        />
      ))}
    </>
  );
}

interface ParamFieldProps {
  readonly field: Field;
  readonly text: string;
  readonly fault: string | undefined;
  readonly onChange: (text: string) => void;
}

function ParamField(props: ParamFieldProps) {
  const { field, fault } = props;
  const id = useId();
  const words = [field.description, field.hint].filter((part) => part !== "").join(" · ");
  return (
    <div class="field">
      <label for={id}>
        <span class="mono">{field.label}</span>
        {field.isRequired && <span class="muted"> required</span>}
      </label>
      <ParamInput {...props} id={id} />
      {words !== "" && (
        <span id={`${id}-words`} class="muted small">
          {words}
        </span>
      )}
      {fault && (
        <span id={`${id}-fault`} class="bad small">
          {field.name} {fault}
        </span>
      )}
    </div>
  );
}

function ParamInput({ field, text, fault, onChange, id }: ParamFieldProps & { readonly id: string }) {
  const common = { id, "aria-invalid": fault !== undefined, "aria-describedby": `${id}-words ${id}-fault` };
  if (field.input === "choice" || field.input === "switch") {
    const options = field.input === "choice" ? field.options.map(optionText) : ["true", "false"];
    return (
      <select {...common} value={text} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{field.isRequired ? "choose" : "none"}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    );
  }
  if (field.input === "number") {
    return (
      <input
        {...common}
        type="text"
        inputMode="decimal"
        class="num"
        value={text}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <textarea
      {...common}
      rows={field.input === "text" ? 1 : 2}
      class={field.input === "text" ? "" : "mono"}
      spellcheck={field.input === "text"}
      value={text}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}
