/**
 * Slack's limits, written down a second time and from the side of Slack: what a message or a view is
 * refused for. Nothing here is shared with the code under test.
 */
type Json = Record<string, unknown>;

export function faultsOfBlocks(blocks: unknown, kind: 'message' | 'modal' | 'home'): string[] {
  if (!Array.isArray(blocks)) return ['blocks: no array'];
  const faults: string[] = [];
  const most = kind === 'message' ? 50 : 100;
  if (blocks.length > most) faults.push(`blocks: ${blocks.length} of ${most}`);
  if (kind === 'message' && JSON.stringify(blocks).length > 13_200) faults.push('msg_blocks_too_long');
  const ids = blocks.flatMap((block) => (block.block_id === undefined ? [] : [block.block_id]));
  if (new Set(ids).size !== ids.length) faults.push('block_id: not unique');
  for (const [index, block] of blocks.entries()) {
    for (const fault of faultsOfBlock(block as Json, kind)) faults.push(`block ${index}: ${fault}`);
  }
  return faults;
}

const BLOCK_KEYS: Record<string, readonly string[]> = {
  header: ['type', 'text', 'block_id'],
  section: ['type', 'text', 'fields', 'accessory', 'block_id'],
  divider: ['type', 'block_id'],
  context: ['type', 'elements', 'block_id'],
  actions: ['type', 'elements', 'block_id'],
  input: ['type', 'block_id', 'label', 'element', 'hint', 'optional', 'dispatch_action'],
};

function faultsOfBlock(block: Json, kind: string): string[] {
  const type = String(block.type);
  const keys = BLOCK_KEYS[type];
  if (keys === undefined) return [`unknown type ${type}`];
  const faults = Object.keys(block)
    .filter((key) => !keys.includes(key))
    .map((key) => `${type} has no ${key}`);
  faults.push(...length('block_id', block.block_id, 255, 'optional'));
  switch (type) {
    case 'header':
      faults.push(...text('header', block.text, 150, 'plain_text'));
      break;
    case 'section':
      if (block.text === undefined && block.fields === undefined) faults.push('section is empty');
      if (block.text !== undefined) faults.push(...text('section', block.text, 3000));
      if (block.fields !== undefined)
        faults.push(...list('fields', block.fields, 10, (field) => text('field', field, 2000)));
      if (block.accessory !== undefined) faults.push(...element(block.accessory as Json));
      break;
    case 'context':
      faults.push(...list('context', block.elements, 10, (item) => text('context', item, 2000)));
      break;
    case 'actions':
      faults.push(...list('actions', block.elements, 25, (item) => element(item as Json)));
      faults.push(...unique(block.elements as Json[]));
      break;
    case 'input':
      if (kind === 'message') faults.push('input in a message');
      faults.push(...text('label', block.label, 2000, 'plain_text'));
      if (block.hint !== undefined) faults.push(...text('hint', block.hint, 2000, 'plain_text'));
      faults.push(...element(block.element as Json));
      break;
  }
  return faults;
}

function element(item: Json): string[] {
  const faults = length('action_id', item.action_id, 255);
  switch (item.type) {
    case 'button':
      faults.push(
        ...text('button', item.text, 75, 'plain_text'),
        ...length('value', item.value, 2000, 'optional'),
      );
      if (item.style !== undefined && !['primary', 'danger'].includes(String(item.style)))
        faults.push('style');
      return faults;
    case 'overflow':
      return [...faults, ...list('overflow', item.options, 5, option, 2)];
    case 'static_select': {
      const values = (item.options as Json[]).map(({ value }) => value);
      if (new Set(values).size !== values.length) faults.push('select: values not unique');
      if (
        item.initial_option !== undefined &&
        !values.includes((item.initial_option as Json).value as string)
      )
        faults.push('select: initial option is none of the options');
      return [...faults, ...list('select', item.options, 100, option)];
    }
    case 'users_select':
      return faults;
    case 'plain_text_input':
      if (typeof item.max_length === 'number' && (item.max_length < 1 || item.max_length > 3000))
        faults.push('max_length');
      if (
        typeof item.initial_value === 'string' &&
        item.initial_value.length > Number(item.max_length ?? 3000)
      )
        faults.push('initial_value is too long');
      return faults;
    default:
      return [`unknown element ${String(item.type)}`];
  }
}

function option(item: unknown): string[] {
  const { text: label, value } = item as Json;
  return [...text('option', label, 75, 'plain_text'), ...length('option value', value, 150)];
}

function unique(items: Json[]): string[] {
  const ids = items.map(({ action_id }) => action_id);
  return new Set(ids).size === ids.length ? [] : ['action_id: not unique in its block'];
}

function list(
  what: string,
  items: unknown,
  most: number,
  check: (item: unknown) => string[],
  least = 1,
): string[] {
  if (!Array.isArray(items)) return [`${what}: no array`];
  const faults =
    items.length < least || items.length > most ? [`${what}: ${items.length} of ${least} to ${most}`] : [];
  return [...faults, ...items.flatMap(check)];
}

function text(what: string, value: unknown, most: number, only?: 'plain_text'): string[] {
  if (typeof value !== 'object' || value === null) return [`${what}: no text object`];
  const { type, text: words } = value as Json;
  if (type !== 'plain_text' && type !== 'mrkdwn') return [`${what}: type ${String(type)}`];
  if (only !== undefined && type !== only) return [`${what}: must be ${only}`];
  if (typeof words !== 'string' || words.length === 0) return [`${what}: empty`];
  if (!words.isWellFormed()) return [`${what}: a torn character`];
  return words.length > most ? [`${what}: ${words.length} of ${most}`] : [];
}

function length(what: string, value: unknown, most: number, optional?: 'optional'): string[] {
  if (value === undefined && optional !== undefined) return [];
  if (typeof value !== 'string' || value.length === 0) return [`${what}: missing`];
  return value.length > most ? [`${what}: ${value.length} of ${most}`] : [];
}

export function faultsOfView(view: Json): string[] {
  const kind = view.type === 'home' ? 'home' : 'modal';
  const faults = faultsOfBlocks(view.blocks, kind);
  if (kind === 'home') return faults;
  faults.push(...text('title', view.title, 24, 'plain_text'));
  if (view.submit !== undefined) faults.push(...text('submit', view.submit, 24, 'plain_text'));
  if (view.close !== undefined) faults.push(...text('close', view.close, 24, 'plain_text'));
  faults.push(...length('callback_id', view.callback_id, 255, 'optional'));
  faults.push(...length('private_metadata', view.private_metadata, 3000, 'optional'));
  const inputs = (view.blocks as Json[]).some(({ type }) => type === 'input');
  if (inputs && view.submit === undefined) faults.push('a view with inputs needs a submit');
  return faults;
}
