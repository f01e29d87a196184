/** Pictures, voice and films, kept for three days. */
import { refusalOf } from './account.ts';
import { hasMedia } from './api-messages.ts';
import { type ApiError, apiError } from './errors.ts';
import type { Answer, Endpoints, Request } from './server.ts';
import type { Media, World } from './world.ts';

const KB = 1024;
const MB = 1024 * KB;
const TYPES: Readonly<Record<string, { readonly max: number; readonly tooLarge: number }>> = {
  image: { max: 10 * MB, tooLarge: 40009 },
  voice: { max: 2 * MB, tooLarge: 45001 },
  video: { max: 10 * MB, tooLarge: 45001 },
  thumb: { max: 64 * KB, tooLarge: 45001 },
};
const VOICE_MAX_SECONDS = 60;

export function mediaEndpoints(world: World): Endpoints {
  return {
    'POST /cgi-bin/media/upload': { needs: 'token', run: (request) => upload(world, request) },
    'GET /cgi-bin/media/get': { needs: 'token', run: ({ query }) => download(world, query.get('media_id')) },
  };
}

async function upload(world: World, { query, body, headers }: Request): Promise<Answer> {
  const refused = refusalOf(world.account, 'media');
  if (refused !== undefined) return apiError(refused);
  const type = query.get('type') ?? '';
  const limits = TYPES[type];
  if (limits === undefined) return apiError(40004);
  const file = await fileOf(body, headers['content-type'] ?? '');
  if (file === undefined || file.size === 0) return apiError(41005);
  const bytes = Buffer.from(await file.arrayBuffer());
  if (bytes.length > limits.max) return apiError(limits.tooLarge);
  if (type === 'voice' && amrSeconds(bytes) > VOICE_MAX_SECONDS) return apiError(45007);
  const { id, at } = keepMedia(world, { type, bytes, contentType: file.type });
  return { type, [type === 'thumb' ? 'thumb_media_id' : 'media_id']: id, created_at: Math.floor(at / 1000) };
}

export function keepMedia(world: World, media: Pick<Media, 'type' | 'bytes' | 'contentType'>): Media {
  const id = `media-${world.nextNumber()}-${'m'.repeat(48)}`;
  const kept = { ...media, id, at: world.clock.now() };
  world.media.set(id, kept);
  return kept;
}

/** The file of the form's field `media`. */
async function fileOf(body: Buffer, contentType: string): Promise<File | undefined> {
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'Content-Type': contentType },
    }).formData();
    const field = form.get('media');
    return field instanceof File ? field : undefined;
  } catch {
    return undefined;
  }
}

function download(world: World, id: string | null): Answer | ApiError {
  const media = world.media.get(id ?? '');
  if (media === undefined || !hasMedia(world, id)) return apiError(40007);
  return { bytes: media.bytes, contentType: media.contentType, name: `${media.id}.bin` };
}

const AMR = '#!AMR\n';
/** Bytes of a frame of 20 ms by mode, from the table of RFC 4867. */
const AMR_FRAMES = [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1];

export function amrSeconds(bytes: Buffer): number {
  if (bytes.subarray(0, AMR.length).toString('latin1') !== AMR) return 0;
  let frames = 0;
  for (let at = AMR.length; at < bytes.length; frames += 1)
    at += AMR_FRAMES[((bytes[at] ?? 0) >> 3) & 15] as number;
  return frames * 0.02;
}
