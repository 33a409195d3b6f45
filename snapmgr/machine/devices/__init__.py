"""The demo machine's devices: each a dataclass of registers and the VMState that describes it.

Together they show every feature of VMState that QEMU's devices use:

========================================  ==========================================================
feature                                   where
========================================  ==========================================================
two sections of one object                ``cpu`` and ``cpu_common``: registers cached until synchronised
fixed arrays, float64, pointer            ``cpu``: general registers, floating point unit
explicit instance ids                     ``cpu``: one per processor
alias id                                  ``irq``: was instance 1 once, answers to 0 as well
bitmap, array of structs, post_load       ``irq``: pending lines, line counters, derived output
timer (-1 = stopped), unused, equal       ``timer``
field_exists, buffer                      ``timer``: the period, in periodic mode; CMOS
since, subsection with needed, validate   ``uart``: FIFO since version 2, a pending break, its count
sub-buffer, struct, varray                ``display``: register file, cursor, palette; brightness as a subsection
QTAILQ, varray with allocation            ``disk``: requests in flight, journal of finished tags
nullable pointers, pre_load, bool         ``nic``: slots of the ring with and without a buffer
priority, structs counted by a field      ``iommu``: saved before everything that translates through it
pre_save, post_save                       ``iommu``: the count is there only while it is sent
old style (save_state, load_state)        ``legacy``
unmigratable                              ``stubborn``
dev_unplug_pending                        ``unplug``
qdev path with compat id                  ``nic`` and ``uart`` of demo-1.1
========================================  ==========================================================
"""
