/** The picture that takes a citizen from the page to the official account. */
import { renderSVG } from 'uqr';

/** A QR code of the address as an SVG of its own, dark on white in every colour scheme: cameras need that. */
export function wechatCode(address: string): string {
  return renderSVG(address, { ecc: 'M', border: 4, pixelSize: 8, blackColor: '#000', whiteColor: '#fff' });
}
