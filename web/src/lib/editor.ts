// The code editor, a chunk of its own. Invariant: Tab leaves the editor unless Escape was not pressed before it, as the
// keyboard help of the editor says.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Region } from '../api/types';
import { offsetOfColumn } from './code_layout';

export interface EditorNote extends Region {
  severity: 'error' | 'warning' | 'info';
  message: string;
}

export interface EditorHandle {
  text(): string;
  setText(text: string): void;
  setNotes(notes: readonly EditorNote[]): void;
  focus(): void;
  destroy(): void;
}

interface Options {
  text: string;
  label: string;
  onChange: (text: string) => void;
  onSubmit: () => void;
}

const style = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword, tags.moduleKeyword],
    color: 'var(--syntax-keyword)',
  },
  { tag: [tags.controlKeyword, tags.bool, tags.null], color: 'var(--syntax-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--syntax-string)' },
  { tag: tags.comment, color: 'var(--syntax-comment)', fontStyle: 'italic' },
  { tag: tags.number, color: 'var(--syntax-number)' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: 'var(--syntax-function)',
  },
  { tag: [tags.className, tags.typeName, tags.meta], color: 'var(--syntax-type)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: 'var(--text-s)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-code)', lineHeight: '1.6' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--raised)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft) !important',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    fontFamily: 'var(--font-text)',
  },
  '.cm-lint-marker': { width: '0.6rem', height: '0.6rem', borderRadius: '50%', margin: '0.2rem 0 0 0.2rem' },
  '.cm-lint-marker-error': { content: '""', backgroundColor: 'var(--refuted)' },
  '.cm-lint-marker-warning': { content: '""', backgroundColor: 'var(--medium)' },
  '.cm-lint-marker-info': { content: '""', border: '2px solid var(--proved)' },
  '.cm-specialChar': { color: 'var(--medium)' },
});

export function createEditor(parent: HTMLElement, options: Options): EditorHandle {
  const submit = () => {
    options.onSubmit();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightSpecialChars(),
        bracketMatching(),
        indentUnit.of('    '),
        EditorState.tabSize.of(4),
        python(),
        syntaxHighlighting(style),
        lintGutter(),
        keymap.of([{ key: 'Mod-Enter', run: submit }, ...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            options.onChange(update.state.doc.toString());
          }
        }),
        look,
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    setNotes: (notes) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          notes.flatMap((note) => diagnostic(view, note)),
        ),
      ),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

function diagnostic(view: EditorView, note: EditorNote): Diagnostic[] {
  const { doc } = view.state;
  if (note.line < 1 || note.end_line > doc.lines) {
    return [];
  }
  const [first, last] = [doc.line(note.line), doc.line(note.end_line)];
  const from = first.from + offsetOfColumn(first.text, note.column);
  const to = Math.max(from, last.from + offsetOfColumn(last.text, note.end_column));
  return [{ from, to, severity: note.severity, message: note.message }];
}
