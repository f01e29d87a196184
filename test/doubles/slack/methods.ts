/** The methods of Slack's Web API we may call: what each takes, what it needs, and which scope it wants. */
export interface MethodShape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly scopes: readonly string[];
}

/** One of the scopes is enough. */
export const METHODS: Record<string, MethodShape> = {
  'auth.test': { required: [], optional: [], scopes: [] },
  'apps.connections.open': { required: [], optional: [], scopes: [] },
  'chat.postMessage': {
    required: ['channel', 'text'],
    optional: ['blocks', 'metadata', 'thread_ts', 'reply_broadcast', 'unfurl_links', 'unfurl_media'],
    scopes: ['chat:write'],
  },
  'chat.update': { required: ['channel', 'ts', 'text'], optional: ['blocks'], scopes: ['chat:write'] },
  'chat.postEphemeral': {
    required: ['channel', 'user', 'text'],
    optional: ['blocks', 'thread_ts'],
    scopes: ['chat:write'],
  },
  'conversations.info': { required: ['channel'], optional: [], scopes: ['groups:read', 'channels:read'] },
  'conversations.members': {
    required: ['channel'],
    optional: ['limit', 'cursor'],
    scopes: ['groups:read', 'channels:read'],
  },
  'conversations.history': {
    required: ['channel'],
    optional: ['oldest', 'limit', 'cursor', 'include_all_metadata'],
    scopes: ['groups:history', 'channels:history'],
  },
  'conversations.replies': {
    required: ['channel', 'ts'],
    optional: ['oldest', 'limit', 'cursor', 'include_all_metadata'],
    scopes: ['groups:history', 'channels:history'],
  },
  'usergroups.users.list': { required: ['usergroup'], optional: [], scopes: ['usergroups:read'] },
  'users.info': { required: ['user'], optional: [], scopes: ['users:read'] },
  'views.open': { required: ['trigger_id', 'view'], optional: [], scopes: [] },
  'views.update': { required: ['view_id', 'view'], optional: [], scopes: [] },
  'views.publish': { required: ['user_id', 'view'], optional: [], scopes: [] },
};

export function argumentFault(method: string, args: Record<string, unknown>): string | undefined {
  const shape = METHODS[method];
  if (shape === undefined) return 'unknown_method';
  const missing = shape.required.find((name) => args[name] === undefined || args[name] === '');
  if (missing !== undefined) return `${method}: ${missing} is missing`;
  const known = new Set([...shape.required, ...shape.optional]);
  const extra = Object.keys(args).find((name) => !known.has(name));
  return extra === undefined ? undefined : `${method}: there is no ${extra}`;
}
