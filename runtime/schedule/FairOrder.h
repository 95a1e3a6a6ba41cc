// SPDX-License-Identifier: Apache-2.0
//
// Who of those that wait comes next: start-time fair queueing (Goyal, Vin, Cheng 1996). Each caller
// has a clock of its own, which a source moves on by its sequences over the caller's weight; the
// one whose clock is behind comes next, and who comes back after a pause begins where the others
// are. So each gets its share, and nobody waits for ever.
#ifndef TRANSEPT_RUNTIME_SCHEDULE_FAIRORDER_H
#define TRANSEPT_RUNTIME_SCHEDULE_FAIRORDER_H

#include <cstdint>
#include <unordered_map>

namespace transept::runtime {

class FairOrder {
public:
  /// A call of this caller has come. Throws std::bad_alloc, and nothing has changed.
  void enter(std::uint64_t caller) {
    Flow &flow = flows[caller];
    if (flow.calls++ == 0)
      flow.clock = flow.clock > now ? flow.clock : now;
  }
  /// One of its calls has ended. Who has none is forgotten, and owes nothing.
  void leave(std::uint64_t caller) {
    auto flow = flows.find(caller);
    if (--flow->second.calls == 0)
      flows.erase(flow);
  }

  /// The smaller, the sooner. The caller has a call.
  double clockOf(std::uint64_t caller) const { return flows.find(caller)->second.clock; }
  /// A source of the caller has begun.
  void charge(std::uint64_t caller, double cost) {
    Flow &flow = flows.find(caller)->second;
    now = flow.clock > now ? flow.clock : now;
    flow.clock += cost;
  }

private:
  struct Flow {
    std::uint64_t calls = 0;
    double clock = 0;
  };
  std::unordered_map<std::uint64_t, Flow> flows;
  double now = 0; // the clock of the source that began last
};

} // namespace transept::runtime

#endif
