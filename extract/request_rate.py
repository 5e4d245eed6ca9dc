"""How often a source may be asked: a number of requests in any window of some seconds."""

import threading
import time
from collections import deque
from collections.abc import Callable


class RequestRate:
    """Lets the threads of one process through, at most ``most`` in any ``seconds``.

    Monotonic, so that no change of the wall clock lets more through or keeps anyone waiting.
    """

    def __init__(
        self,
        most: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.seconds = seconds
        self._clock, self._sleep = clock, sleep
        self._turns: deque[float] = deque(maxlen=most)
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Returns when it is the caller's turn, with the seconds that it waited."""
        with self._lock:
            moment = self._clock()
            turn = moment
            if len(self._turns) == self._turns.maxlen:
                turn = max(moment, self._turns[0] + self.seconds)
            # the turn is taken before it comes, so that two never take the same
            self._turns.append(turn)
        if turn > moment:
            self._sleep(turn - moment)
        return turn - moment
