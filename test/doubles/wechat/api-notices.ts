/** Notices outside the window: templates to followers, and what people agreed to. */
import { refusalOf } from './account.ts';
import { show } from './api-messages.ts';
import { apiError } from './errors.ts';
import { fieldsOf, type Json } from './json.ts';
import type { Touch } from './screen.ts';
import type { Answer, Endpoints } from './server.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

const FIRST_MSG_ID = 4_611_686_018_427_387_000n;

export function noticeEndpoints(world: World): Endpoints {
  return {
    'POST /cgi-bin/message/template/send': { needs: 'token', run: ({ json }) => sendTemplate(world, json) },
    'POST /cgi-bin/message/subscribe/bizsend': { needs: 'token', run: ({ json }) => sendNotice(world, json) },
  };
}

function sendTemplate(world: World, order: Json | undefined): Answer {
  if (order === undefined) return apiError(47001);
  const refused = refusalOf(world.account, 'template');
  if (refused !== undefined) return apiError(refused);
  const user = world.userOf(String(order.touser));
  if (user === undefined) return apiError(40003);
  if (!user.isFollower) return apiError(43004);
  const names = world.account.templates[String(order.template_id)];
  if (names === undefined) return apiError(40037);
  const lines = linesOf(order, names);
  if (lines === undefined) return apiError(47003, 'data');
  const id = FIRST_MSG_ID + BigInt(world.nextNumber());
  if (!user.refusesMessages) showNotice(user, order, lines);
  world.announce(user.openid, {
    Event: 'TEMPLATESENDJOBFINISH',
    MsgID: id,
    Status: user.refusesMessages ? 'failed:user block' : 'success',
  });
  return { raw: `{"errcode":0,"errmsg":"ok","msgid":${id}}` };
}

function sendNotice(world: World, order: Json | undefined): Answer {
  if (order === undefined) return apiError(47001);
  const refused = refusalOf(world.account, 'notice');
  if (refused !== undefined) return apiError(refused);
  const user = world.userOf(String(order.touser));
  if (user === undefined) return apiError(40003);
  const id = String(order.template_id);
  const names = world.account.notices[id];
  if (names === undefined) return apiError(40037);
  const lines = linesOf(order, names);
  if (lines === undefined) return apiError(47003, 'data');
  const consent = user.consents.get(id);
  if (consent === undefined) return apiError(43101);
  if (consent === 'once') user.consents.delete(id);
  showNotice(user, order, lines);
  return { errcode: 0, errmsg: 'ok' };
}

/** A line for each field of the template; undefined when one is missing, empty or unknown. */
function linesOf(order: Json, names: readonly string[]): readonly string[] | undefined {
  const data = fieldsOf(order.data);
  const values = names.map((name) => fieldsOf(data[name]).value);
  const isWhole = values.every((value) => typeof value === 'string' && value !== '');
  const hasStranger = Object.keys(data).some((name) => !names.includes(name));
  return isWhole && !hasStranger ? values.map(String) : undefined;
}

function showNotice(user: User, order: Json, lines: readonly string[]): void {
  const url = order.url ?? order.page;
  const touch: Touch[] = typeof url === 'string' && url !== '' ? [{ label: '详情', url }] : [];
  show(user, { kind: 'notice', via: 'template', text: lines.join('\n'), touch });
}
