/** The functions of a socket's own table. */

/** What a socket's `Dispatch` holds, whatever its kind. */
export type SocketCall =
  | 'WskAccept'
  | 'WskBind'
  | 'WskCloseSocket'
  | 'WskConnect'
  | 'WskControlSocket'
  | 'WskDisconnect'
  | 'WskReceive'
  | 'WskRelease'
  | 'WskSend';
