import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    rules: {
      complexity: ["error", 12],
      eqeqeq: "error",
      "no-shadow": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  { files: ["layers/assets/**/*.js"], languageOptions: { globals: { ...globals.browser, L: "readonly" } } },
  { files: ["tests/javascript/**/*.js"], languageOptions: { globals: globals.node } },
];
