//! JSON Schema from the TypeScript types: both come from one source, the Rust types, by way of the one generator (`ts-rs`). Reads as
//! much of TypeScript as that generator writes for them, and no more.

use serde_json::{Map, Value, json};

/// The schema of a declaration, `type Name = …;`. What cannot be read becomes a schema that takes anything; a test says that there is
/// none.
pub(super) fn of(declaration: &str) -> Value {
    let declared = declaration.split_once('=').map_or("", |(_, declared)| declared);
    let mut reader = Reader { words: words(declared), at: 0 };
    reader.union().unwrap_or_else(|| json!({ "$comment": "not described" }))
}

/// The words of the language, comments among them.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if let Some(comment) = rest.strip_prefix("/**") {
            comment.find("*/").map_or(rest.len(), |end| end + 5)
        } else if let Some(literal) = rest.strip_prefix('"') {
            literal.find('"').map_or(rest.len(), |end| end + 2)
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        found.push(word.to_owned());
        rest = after.trim_start();
    }
    found
}

/// What a comment says, in one line.
fn said(comment: &str) -> String {
    let inner = comment.trim_start_matches("/**").trim_end_matches("*/");
    let lines = inner.lines().map(|line| line.trim().trim_start_matches('*').trim()).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

struct Reader {
    words: Vec<String>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn takes(&mut self, word: &str) -> bool {
        let there = self.peek() == Some(word);
        self.at += usize::from(there);
        there
    }

    fn take(&mut self) -> Option<String> {
        let word = self.peek()?.to_owned();
        self.at += 1;
        Some(word)
    }

    fn union(&mut self) -> Option<Value> {
        self.takes("|");
        let mut choices = vec![self.intersection()?];
        while self.takes("|") {
            choices.push(self.intersection()?);
        }
        if choices.len() == 1 {
            return choices.pop();
        }
        // `"a" | "b" | (string & {})`: these words, or one of a newer version.
        let words: Vec<Value> = choices.iter().filter_map(|choice| choice.get("const")).cloned().collect();
        let open = choices.iter().any(|choice| *choice == json!({ "type": "string" }));
        if open && words.len() + 1 == choices.len() {
            return Some(json!({ "type": "string", "examples": words }));
        }
        if words.len() == choices.len() {
            return Some(json!({ "enum": words }));
        }
        Some(json!({ "anyOf": choices }))
    }

    fn intersection(&mut self) -> Option<Value> {
        let mut all = vec![self.postfix()?];
        while self.takes("&") {
            all.push(self.postfix()?);
        }
        // `string & {}` is TypeScript's way to say any string.
        all.retain(|one| *one != json!({ "type": "object", "properties": {} }) || one.get("required").is_some());
        match all.len() {
            0 => Some(json!({ "type": "object" })),
            1 => all.pop(),
            _ => Some(json!({ "allOf": all })),
        }
    }

    fn postfix(&mut self) -> Option<Value> {
        let mut one = self.one()?;
        while self.peek() == Some("[") && self.words.get(self.at + 1).map(String::as_str) == Some("]") {
            self.at += 2;
            one = json!({ "type": "array", "items": one });
        }
        Some(one)
    }

    fn one(&mut self) -> Option<Value> {
        let word = self.take()?;
        Some(match word.as_str() {
            "(" => {
                let inner = self.union()?;
                self.takes(")").then_some(inner)?
            }
            "{" => self.object()?,
            "[" => {
                let mut items = Vec::new();
                while !self.takes("]") {
                    items.push(self.union()?);
                    self.takes(",");
                }
                let length = items.len();
                json!({ "type": "array", "prefixItems": items, "minItems": length, "maxItems": length })
            }
            "string" | "number" | "boolean" | "null" => json!({ "type": word }),
            "true" | "false" => json!({ "const": word == "true" }),
            "unknown" | "any" => json!({}),
            "Array" => json!({ "type": "array", "items": self.argument()? }),
            // An object without fields.
            "Record" => {
                self.takes("<").then_some(())?;
                self.union()?;
                self.takes(",").then_some(())?;
                self.union()?;
                self.takes(">").then_some(())?;
                json!({ "type": "object" })
            }
            "never" | "symbol" => json!({ "not": {} }),
            literal if literal.starts_with('"') => json!({ "const": literal.trim_matches('"') }),
            name if name.starts_with(char::is_alphabetic) => json!({ "$ref": format!("#/components/schemas/{name}") }),
            _ => return None,
        })
    }

    fn argument(&mut self) -> Option<Value> {
        self.takes("<").then_some(())?;
        let inner = self.union()?;
        self.takes(">").then_some(inner)
    }

    /// After its opening brace.
    fn object(&mut self) -> Option<Value> {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        loop {
            let mut description = String::new();
            while self.peek().is_some_and(|word| word.starts_with("/**")) {
                description = said(&self.take()?);
            }
            if self.takes("}") {
                break;
            }
            if self.takes("[") {
                // `[key in string]: T`: a map.
                while !self.takes("]") {
                    self.take()?;
                }
                self.takes("?");
                self.takes(":").then_some(())?;
                let values = self.union()?;
                self.takes(",");
                self.takes("}").then_some(())?;
                return Some(json!({ "type": "object", "additionalProperties": values }));
            }
            let name = self.take()?.trim_matches('"').to_owned();
            let optional = self.takes("?");
            self.takes(":").then_some(())?;
            let mut field = self.union()?;
            if !description.is_empty() {
                // Beside a reference a description is allowed since OpenAPI 3.1.
                field["description"] = description.into();
            }
            if !optional {
                required.push(Value::from(name.as_str()));
            }
            properties.insert(name, field);
            self.takes(",");
        }
        let mut object = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            object["required"] = required.into();
        }
        Some(object)
    }
}

/// Where a value is not as its schema says; `None` if it is. As much of JSON Schema as [`of`] writes.
#[cfg(test)]
pub(super) fn differs(value: &Value, schema: &Value, all: &Value) -> Option<String> {
    let no = |why: &str| Some(format!("{value:.200} {why} {schema:.200}"));
    if let Some(name) = schema["$ref"].as_str() {
        return differs(value, &all[name.rsplit('/').next()?], all);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return if choices.iter().any(|one| differs(value, one, all).is_none()) { None } else { no("is none of") };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts.iter().find_map(|one| differs(value, one, all));
    }
    if let Some(wanted) = schema.get("const") {
        return if value == wanted { None } else { no("is not") };
    }
    if let Some(wanted) = schema["enum"].as_array() {
        return if wanted.contains(value) { None } else { no("is none of") };
    }
    let fits = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("array") => {
            return match value.as_array() {
                Some(items) => items.iter().find_map(|item| differs(item, &schema["items"], all)),
                None => no("is no list"),
            };
        }
        Some("object") => {
            let Some(fields) = value.as_object() else { return no("is no object") };
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !fields.contains_key(name) {
                    return Some(format!("{name} is missing in {value:.200}"));
                }
            }
            return fields.iter().find_map(|(name, field)| {
                match (&schema["properties"][name], schema.get("additionalProperties")) {
                    (Value::Null, Some(values)) => differs(field, values, all),
                    (Value::Null, None) => None,
                    (wanted, _) => differs(field, wanted, all),
                }
            });
        }
        _ => true,
    };
    if fits { None } else { no("is not of the kind") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_generator_writes_is_read() {
        let declared = "type Larch = { /** A name.\n * In two lines. */ name: string, at: number | null, kind?: Kind, all: Array<Entry>, \
                        by_side: { [key in string]: boolean }, };";
        assert_eq!(
            of(declared),
            json!({
                "type": "object",
                "properties": {
                    "name": { "type": "string", "description": "A name. In two lines." },
                    "at": { "anyOf": [{ "type": "number" }, { "type": "null" }] },
                    "kind": { "$ref": "#/components/schemas/Kind" },
                    "all": { "type": "array", "items": { "$ref": "#/components/schemas/Entry" } },
                    "by_side": { "type": "object", "additionalProperties": { "type": "boolean" } },
                },
                "required": ["name", "at", "all", "by_side"],
            })
        );
        assert_eq!(of("type K = \"a\" | \"b\" | (string & {});"), json!({ "type": "string", "examples": ["a", "b"] }));
        assert_eq!(of("type S = \"a\" | \"b\";"), json!({ "enum": ["a", "b"] }));
        let tagged = of("type M = { \"mark\": \"one\" } & One | { \"mark\": \"two\", text: string, };");
        assert_eq!(tagged["anyOf"][0]["allOf"][1]["$ref"], "#/components/schemas/One");
        assert_eq!(tagged["anyOf"][1]["required"], json!(["mark", "text"]));
    }

    #[test]
    fn every_type_of_the_page_can_be_described() {
        for (name, declared) in super::super::types::of_the_page() {
            let text = of(&declared).to_string();
            assert!(!text.contains("not described"), "{name}: {declared}");
        }
    }
}
