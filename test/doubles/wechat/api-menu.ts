/** The account's menu, and codes to scan. */
import { refusalOf } from './account.ts';
import { type ApiError, apiError } from './errors.ts';
import type { Answer, Endpoints } from './server.ts';
import type { MenuButton, World } from './world.ts';

const OK = { errcode: 0, errmsg: 'ok' };
const TOP_MAX = 3;
const SUB_MAX = 5;
const CODE_LIFE_MAX = 2_592_000;
const CODE_LIFE = 60;
const FOREVER = 100_000;

export function menuEndpoints(world: World): Endpoints {
  return {
    'POST /cgi-bin/menu/create': { needs: 'token', run: ({ json }) => createMenu(world, json) },
    'POST /cgi-bin/qrcode/create': { needs: 'token', run: ({ json }) => createCode(world, json) },
  };
}

function createMenu(world: World, order: Record<string, unknown> | undefined): Answer {
  if (order === undefined) return apiError(47001);
  const refused = refusalOf(world.account, 'menu');
  if (refused !== undefined) return apiError(refused);
  const buttons = Array.isArray(order.button) ? (order.button as MenuButton[]) : [];
  if (buttons.length < 1 || buttons.length > TOP_MAX) return apiError(40016);
  const problem = firstProblem(buttons, 'top');
  if (problem !== undefined) return problem;
  world.menu = buttons;
  return OK;
}

/** Limits in bytes and their codes: of the bar itself, and of what opens above it. */
const LIMITS = {
  top: { name: 16, type: 40017, nameSize: 40018, keySize: 40019, urlSize: 40020 },
  sub: { name: 60, type: 40024, nameSize: 40025, keySize: 40026, urlSize: 40027 },
} as const;
const KEY_MAX = 128;
const URL_MAX = 1024;

function firstProblem(buttons: readonly MenuButton[], level: 'top' | 'sub'): ApiError | undefined {
  for (const button of buttons) {
    const problem = buttonProblem(button, level);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function buttonProblem(button: MenuButton, level: 'top' | 'sub'): ApiError | undefined {
  const limits = LIMITS[level];
  if (!fits(button.name, limits.name)) return apiError(limits.nameSize);
  const { sub_button: subs = [] } = button;
  if (subs.length > 0) {
    if (level === 'sub') return apiError(40022);
    return subs.length > SUB_MAX ? apiError(40023) : firstProblem(subs, 'sub');
  }
  switch (button.type) {
    case 'click':
      return fits(button.key, KEY_MAX) ? undefined : apiError(limits.keySize);
    case 'view':
      return fits(button.url, URL_MAX) && URL.canParse(button.url ?? '')
        ? undefined
        : apiError(limits.urlSize);
    default:
      return apiError(limits.type);
  }
}

function fits(text: string | undefined, max: number): boolean {
  return typeof text === 'string' && text !== '' && Buffer.byteLength(text) <= max;
}

function createCode(world: World, order: Record<string, unknown> | undefined): Answer {
  if (order === undefined) return apiError(47001);
  const refused = refusalOf(world.account, 'qrcode');
  if (refused !== undefined) return apiError(refused);
  const scene = (order.action_info as { scene?: { scene_str?: unknown } } | undefined)?.scene?.scene_str;
  const isForever = order.action_name === 'QR_LIMIT_STR_SCENE';
  if (!isForever && order.action_name !== 'QR_STR_SCENE') return apiError(40035);
  if (typeof scene !== 'string' || scene.length < 1 || scene.length > 64) return apiError(40035);
  if (isForever && world.tickets.size >= FOREVER) return apiError(45009);
  const life = isForever ? undefined : Math.min(Number(order.expire_seconds ?? CODE_LIFE), CODE_LIFE_MAX);
  const ticket = `gQH_${world.nextNumber()}_${'k'.repeat(64)}==`;
  const until = life === undefined ? Number.POSITIVE_INFINITY : world.clock.now() + life * 1000;
  world.tickets.set(ticket, { scene, until });
  const url = `http://weixin.qq.com/q/${world.nextNumber()}`;
  return { ticket, url, ...(life === undefined ? {} : { expire_seconds: life }) };
}
