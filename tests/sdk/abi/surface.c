/* Names every public record of bgw/abi.h in the type of one function, so that abidw finds them all by its symbol. The
 * library that is made of this file is described, and never loaded. */
#include "bgw/abi.h"

struct bgw_surface {
  bgw_plugin_entry_fn entry; /* the loader and the descriptor, and all that hangs on it: settings, limits, the adapter's
                                functions, the host, updates, subscriptions, sockets, HTTP responses */
  const bgw_http* http;
  const bgw_instruments* instruments;
  const bgw_credentials* credentials;
  const bgw_login* login; /* and its host */
};

const struct bgw_surface* bgw_surface(void);
const struct bgw_surface* bgw_surface(void) { return NULL; }
