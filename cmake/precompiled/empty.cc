// What belongs to a precompiled header: nothing.
