/** Words for when the server cannot be asked for any. All others come with the page's view. */
export const WORDS = {
  loading: '正在打开安全页面…',
  unreachable: '页面没有打开',
  unreachableLead: '网络没有连上，或访问太频繁。请稍等一会儿再试。',
  again: '再试一次',
  elder: '大字',
  elderOff: '小字',
} as const;
