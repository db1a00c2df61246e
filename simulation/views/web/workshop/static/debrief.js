// The debrief: figures that are still being lived come in by themselves.

import { connect } from "../live.js";
import { $, given, tell, themes } from "../page.js";

themes();
connect("/live/debrief", {
  onSnapshot: (_topic, data) => {
    if (data.version !== given("version")) location.reload();
    else tell($("#state"), data.left ? `${data.left} more to be lived` : "");
  },
});
