// SPDX-License-Identifier: MIT
#ifndef MINER_DESCRIPTOR_H
#define MINER_DESCRIPTOR_H

#include <stdbool.h>

// Calls on the descriptor do not wait, and programs that this one starts do not get it.
bool descriptor_set_up(int descriptor);

#endif
