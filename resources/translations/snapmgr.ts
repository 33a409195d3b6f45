<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1">
<context>
    <name></name>
    <message>
        <source>Nothing is being compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is still being compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swap A and B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export report…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} device</source>
        <comment>{n} devices</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} field differs in {devices}</source>
        <comment>{n} fields differ in {devices}</comment>
        <extracomment>{devices} is something like: 9 devices</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>no field differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} device only in A</source>
        <comment>{n} devices only in A</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} device only in B</source>
        <comment>{n} devices only in B</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {total} pages differs</source>
        <comment>{n} of {total} pages differ</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {total} clusters differs</source>
        <comment>{n} of {total} clusters differ</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{what}: {name}</source>
        <extracomment>What did not happen, and to which file: Not opened: demo.mig</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{time} apart on the VM clock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare with which stream?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name or value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter the differences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Differences only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous difference (Shift+F7)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next difference (F7)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} of {total}</source>
        <extracomment>Which of the differences is selected: 3 of 143</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} difference</source>
        <comment>{n} differences</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Show the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select two snapshots, or open a stream, and press Ctrl+D.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A</source>
        <extracomment>The two sides of a comparison, before what each is</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fields</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is seen of the comparison</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only disks are compared: one of the two at least has no VM state.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no VM states to compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something was not compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading and comparing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{fields}, {pages}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} field differs</source>
        <comment>{n} fields differ</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} page differs</source>
        <comment>{n} pages differ</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>compared in {time}</source>
        <extracomment>How long a comparison took</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only in A</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only in B</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>one dot is one page</source>
        <comment>one dot is {n} pages, worst shown</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Text</source>
        <extracomment>Forms of a report of what differs
----------
How what is to be found was typed</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JSON, as snapctl diff --json prints it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page for a browser (HTML)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This file is one of those that were compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not exported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{a} → {b}</source>
        <extracomment>Bytes of a damaged stream, and those that stand in their place in the repaired copy</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy value in A</source>
        <extracomment>Values of the two sides of a comparison</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy value in B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show A in Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show B in Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes in A</source>
        <extracomment>The two sides of a comparison</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes in B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{side}, {size} at {offset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{side}, page {n} at {address}</source>
        <extracomment>A page of RAM on one side of a comparison</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{side} has none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Narrow the list down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it may be compared with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} match</source>
        <comment>{n} matches</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{side} is {name}, {about}</source>
        <extracomment>One of two things that are compared: A or B, its name, its date or folder</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The stream is still being read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No stream is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More than {size} is selected: export it instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No field is selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No problem was found in this stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no earlier place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no later place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The stream lists no RAM blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing can be repaired without guessing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to offset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems and details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Panes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structure</source>
        <extracomment>Panes of the Inspector
----------
Three ways to look at a stream</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy name = value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy offset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy hex</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy C array</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy Python bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy Base64</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show structure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show records</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show RAM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save block contents…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM and guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check against…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save repaired copy…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No stream is being read</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} record</source>
        <comment>{n} records</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>read only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{offset}, {channel} {inside}</source>
        <extracomment>A byte of a captured channel: 000F0040, conn1.fwd 00000040</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at {offset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} byte selected at {offset}</source>
        <comment>{n} bytes selected at {offset}</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Bookmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In this stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>offset {offset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bookmarks in {stream}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No bookmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+M keeps the place that is selected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to</source>
        <extracomment>Before a field for an offset</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours: {kinds}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No VM description</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What of the stream is shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VM description</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selected bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes shown as {gone} cannot be read: {reason}</source>
        <extracomment>{gone} is what stands in the place of each byte, {reason} a sentence</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{begin} to {end}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>XML of the libvirt domain</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>and {n} more character</source>
        <comment>and {n} more characters</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>libvirt domain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No offset: hexadecimal digits, or decimal with a point behind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The stream ends at {offset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no file of this name any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} changed on disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} is gone from its folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The snapshot is gone from {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was deleted, moved or renamed. What was opened is held and whole until it is closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another file has its name now. The one that was opened is shown, and held until it is closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was deleted or saved anew. What is read of it from now on may be bytes of something else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was unpacked when it was opened: what is shown is whole, and as it was then.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>It has {n} byte more</source>
        <comment>It has {n} bytes more</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{more} than when it was opened. They are not shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>It lost {n} byte</source>
        <comment>It lost {n} bytes</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{less}. What of the VM state stood there cannot be read any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{less}, and ends at {end} now. What stood behind cannot be read any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was written to since it was opened: bytes that are read now may not fit the structure shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check against</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which machine would load this stream?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another stream of that machine, a file that -dump-vmstate wrote, or a QEMU command line. QEMU is started without a shell, stopped, and ended when it has answered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Also let that QEMU load the stream, and see what it says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>qemu-system-x86_64 -M q35 -m 2G</source>
        <extracomment>An example of a command line</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stream, dump or QEMU command line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name a stream, a dump or a command line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a QEMU command line can load it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checked against {target}; Reload shows the stream alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What QEMU says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what} is on the clipboard</source>
        <extracomment>{what} was copied: the report, or a form such as C array</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name = value</source>
        <extracomment>Forms in which bytes or a field are copied</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Offset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hex</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C array</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base64</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU writes none for postcopy, or with suppress-vmdesc. Fields are then not decoded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It comes last, and is not there yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the VM description</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The VM description cannot be shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No VM description in this stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export what is in {stream}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File to write</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name the file to write.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a folder. Name a file in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no folder {folder}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file changed on disk since it was read: Reload first, or the export may mix what was and what is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exported to {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the contents of {block}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{block} is saved as {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save page {n} of {block}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The page is saved as {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} byte at fault</source>
        <comment>{n} bytes at fault</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Code: {code}</source>
        <extracomment>The stable name of a fault</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stream: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Offset: {offset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Section: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU {version} says: {words}</source>
        <extracomment>{version} is that of a QEMU, or several: 7.2, 10.0</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy what QEMU says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About the problem: {problem}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Summary</source>
        <extracomment>What an export holds</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sections, RAM blocks, commands and problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every device’s fields in the format of QEMU’s analyze-migration.py</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole tree with offsets, types, values and their meaning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the block holds when the stream ends, raw; zeros are holes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ELF core</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM and CPU registers for gdb and crash; zeros are holes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The stream has no VM description (vmdesc): Structure shows what is known of its devices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The contents of RAM are not in the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is the stream that is open: nothing is ever written to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not decoded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decode a section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>read in {span}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in {container}</source>
        <extracomment>What the stream is packed in: gzip, or a qcow2 image</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>libvirt domain {name}</source>
        <extracomment>Whose state libvirt saved</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} channel</source>
        <comment>{n} channels</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>checked against {target}</source>
        <extracomment>The machine whose problems with the stream are shown</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} precopy iteration</source>
        <comment>{n} precopy iterations</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Whole stream to scale: {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This filter cannot be understood</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not searched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{key} shows everything again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find text or bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is to be found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where to look</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was typed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous hit (Shift+F3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next hit (F3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name or value: lsr, =0x60</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{found}, stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>more than {found}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} hit</source>
        <comment>{n} hits</comment>
        <extracomment>What a search found</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>nothing found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy name and value</source>
        <extracomment>What a search found: a field, or bytes and those around them</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where</source>
        <extracomment>Titles of columns: where a hit is, at which offset, what stands there</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes or value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM</source>
        <extracomment>Where something is looked for</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stream bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names and values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type what is to be found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Records</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reading, {number} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was read so far can be used already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is no save file of libvirt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was found: find something first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find in RAM and bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find selected bytes in RAM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More bytes are selected than can be looked for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next hit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous hit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No other stream is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Streams</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This stream is kept in no file: save it first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A link to this place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bookmark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The bookmark is removed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} at {offset}</source>
        <extracomment>Name of a bookmark of some bytes: {name} is the field that they lie in</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A bookmark is kept until this window closes: the stream is in no file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A bookmark is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This stream has as many bookmarks as are kept: remove some first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All bookmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guest’s screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show libvirt domain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No page is selected: go to the page map first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The content of the page cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The page was never sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The page map is not shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page map</source>
        <extracomment>Sides of the RAM part of the Inspector</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Larger pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole block on the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show page in bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save page…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy page as hex</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <extracomment>By what the map of pages is coloured</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Times sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Content</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zero</source>
        <extracomment>States of pages of RAM, by what came for them last</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>xbzrle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>compressed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sent again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all zeros</source>
        <extracomment>What the contents of a page of RAM look like</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mostly zeros</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>code or data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>packed or random</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not read yet</source>
        <extracomment>Of pages of RAM, while they are being read</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>once</source>
        <comment>1 to {n} times</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>iteration 1 to {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour pages by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pages sent in</source>
        <extracomment>Before a choice of passes over RAM</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passes that are shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller (−)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Larger (+)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} page</source>
        <comment>{n} pages</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} iteration</source>
        <comment>all {n} iterations</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>iterations 1 to {n}</source>
        <extracomment>Pages as they were after this pass over RAM</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>1 page per dot</source>
        <comment>{n} pages per dot</comment>
        <extracomment>How large a page is on the map: 16 px per page</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{n} px per page</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>One dot stands for one page.</source>
        <comment>One dot stands for {n} pages and shows the rarest state among them.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>One dot is {n} page.</source>
        <comment>One dot stands for {n} pages and shows the highest among them.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Read the passes over RAM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No RAM in this stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The contents of this block are not in the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the map of pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading was stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose State to see how pages came.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read a page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>page {n} of {all} selected</source>
        <extracomment>Of a block of RAM</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>sent {n} time</source>
        <comment>sent {n} times</comment>
        <extracomment>What a screen reader says of the list of a page’s records</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>last sent in iteration {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the highest: {said}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{block}, page {page}, {address}, {said}</source>
        <extracomment>What lies under the pointer on a map of pages: pc.ram, page 107 851, 0x1A54B000, xbzrle</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{block}, {pages} from {address}: {said}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guest address</source>
        <extracomment>Facts of a page of RAM</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Through the passes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Content after the last record</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Content of the page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No page is selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page {n}, under the pointer</source>
        <extracomment>Of the page whose facts are shown</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not known</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} time</source>
        <comment>{n} times</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{times}, {n} of them xbzrle</source>
        <extracomment>Of the times that a page was sent</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{bytes}, with other pages</source>
        <extracomment>Of the bytes that a page took on the wire, where it was packed together with other pages</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind}, iteration {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What of RAM is shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration</source>
        <extracomment>Titles of columns: a pass over RAM; pages that came in it; how much that is; as a bar; their records</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Different pages that came in this pass: in all but the first what the guest wrote meanwhile, at least</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page records of this pass; more than pages where one came twice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each pass over RAM carried</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>full page</source>
        <extracomment>What a page came as</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zero page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one byte throughout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>packed, not read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>taken back</source>
        <extracomment>A page that POSTCOPY_RAM_DISCARD took back</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it. {n}</source>
        <extracomment>The pass over RAM in which a page came, short: it. 3</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind}, {method}</source>
        <extracomment>What a page came as that was packed together with others: “full page, zlib”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Records of the page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>disk only, no VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VM state {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{file} is a qcow2 image with {n} snapshot</source>
        <comment>{file} is a qcow2 image with {n} snapshots</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Open</source>
        <extracomment>Something that is done, as in “Open: not done”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” holds the disk only: it has no VM state.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None of them is called “{name}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open it in Snapshots, or look into one of the VM states in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They hold disks only: there is no VM state to look into. Open it in Snapshots.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It holds no VM state to look into. Open it in Snapshots.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An offset in hexadecimal, +N and −N bytes from here, or a link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not read again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the link leads to is not in this stream any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prepare the Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems of the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No problems found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a row or a byte to see what it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No problems found so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a part of the stream was read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some show only against a machine</source>
        <extracomment>Of problems of a stream: only the machine that is to load it shows them</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Devices, RAM and options can only be judged by the machine that is to load the stream.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{state} {n} page</source>
        <comment>{state} {n} pages</comment>
        <extracomment>{state} is one of the states of pages: normal, zero</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Saving a block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has no RAM section, or none was read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} block</source>
        <comment>{n} blocks</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Saving {block}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Records in the order of the wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} byte</source>
        <comment>{n} bytes</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save repaired copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save a repaired copy of {stream}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy differs in these bytes; the stream itself stays as it is. State and RAM are not touched.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{offset}  {bytes}  {what}</source>
        <extracomment>An offset, bytes that are changed there, and why</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save a repaired copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} change</source>
        <comment>{n} changes</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{file} is a repaired copy, with {changes}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Screen of the guest in {stream}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Display</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no screen to be shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as PNG…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{device}, {width} × {height} dots</source>
        <extracomment>A guest&apos;s screen: the device that showed it, and its size in dots</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture is on the clipboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text of the screen is on the clipboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the guest’s screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The screen is saved as {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look into a migration stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every section, device, field and byte that QEMU wrote, and what keeps it from loading. Nothing is ever written to the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open stream…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open demo stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open another…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open in Snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspect the VM state of</source>
        <extracomment>A title above a list of snapshots</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots in this image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This snapshot holds disks only: there is no VM state to look into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Streams that are open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close {stream}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structure of the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faults</source>
        <extracomment>What the structure can be narrowed to</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Devices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subsections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name, value or offset: lsr, =0x60, @53A1C2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter the structure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words match names; =0x60 or =96 a value; @53A1C2 an offset;
type:uint8, kind:device and is:fault narrow further.</source>
        <extracomment>type:, kind: and is: with what follows are typed as they are</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter by kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems {number}</source>
        <extracomment>{number} of them are listed</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide the problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>searching…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} match…</source>
        <comment>{n} matches…</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>first {n} match</source>
        <comment>first {n} matches</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} field is called {name}.</source>
        <comment>{n} fields are called {name}.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing matches “{words}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The demo machine has not sent all of it: it is still on its way, or the migration was broken off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not whole</source>
        <extracomment>Said of a stream of the demo machine that is not whole</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU waits for more than a file can bring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU refuses this stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>does not load</source>
        <extracomment>Said of a stream: QEMU would not load it</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading was stopped: what was read can be looked at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>read in part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loads in the demo machine</source>
        <extracomment>Said of a stream; the demo machine is the one that is built in</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loads in {versions}</source>
        <extracomment>Said of a stream; {versions} are releases of QEMU, as 10.0 and 11.1</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU loads this stream, but something in it is wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing in this stream keeps QEMU {versions} from loading it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loads</source>
        <extracomment>Said of a stream: QEMU would load it</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The demo machine should load this stream. No QEMU has a machine of its type.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU {versions} should load this stream.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refused by QEMU {versions}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waited upon for ever by QEMU {versions}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{who}: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{document} – Snapmgr</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} job</source>
        <comment>{n} jobs</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Prepare the views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the last files again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A migration is running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No migration is running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was recorded yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing with a place in the stream is chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not in the stream yet: it waits in the buffer of the source, a package until all of it is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was sent is thrown away over there. The guest goes on on the source, and loses nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel the migration?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a postcopy that goes on can be paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a paused postcopy can be recovered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Postcopy now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a migration that waits before the switchover can be continued</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failover to the source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failover to the destination</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold or go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open stream in Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save recording…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open recording…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scenarios</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Presentation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try a scenario</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slows the guest down where it writes faster than can be sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Holds what the guest writes to a rate that can be sent, instead of slowing all of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends only what changed in a page that was sent before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packs pages with zlib before they are sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages have channels of their own, several at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest stands still before it goes over, until somebody says Continue.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination answers during precopy, too; postcopy and COLO have that anyway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest goes over only once the destination says that it is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest may go over before its RAM, which follows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that are waited for have a channel of their own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a file instead of a channel, and every page has its place in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM is a file that both machines map: it stays where it is, and only devices move.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest stays: the destination gets it as it was when it began, and stands.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was written to the disks since a backup moves, too; with Postcopy now, after the guest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both machines run the same guest, and one goes on where the other is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capabilities</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed while running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed while running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machines have no disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machines have disks, of which it takes no copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{text} (QEMU {versions})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not go together with {capability}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both sides get ready: the source says how much RAM there is, and the destination answers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest has to let go of a device first, which cannot move with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest stands still, and its disks still belong to the source: Continue lets it go over, Cancel lets it run on here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switchover: the guest stands still. The last of its RAM and the state of its devices are sent, then it goes on at the destination.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switchover to postcopy: the destination takes the devices in, and runs the guest as soon as it has them; most of its RAM stays behind for now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest runs on the destination. Where it needs a page that is still on the source it waits (a ring), asks for it, and gets it first; the rest follows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The channel is broken: the guest is on the destination, a part of its RAM on the source. It waits for the pages that it needs (rings) until Recover makes a new channel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new channel: the source is about to ask what the destination has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new channel: the destination says which pages it has, and the source goes on with all others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both machines run the same guest. At every checkpoint the destination becomes what the source is; only then the world sees what the guest has sent. So either machine may be lost at any time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong: the source cleans up, and takes the guest back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is given up: the guest goes on where it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was given up: the guest goes on at the source, as if nothing had been.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It failed: the guest goes on at the source, and has lost nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All is there: the guest runs on the destination, and the source has nothing left to do.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration 1: every page is sent once. The guest runs on meanwhile, and writes to some of them again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM is sent as it was at one moment. The guest runs on: a page that it is about to write is copied before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switchover to postcopy: the guest stands still while its devices are sent; most of its RAM stays behind for now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination has the guest as it was when it began; the guest itself runs on, on the source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration {number}, throttled: the guest stands still for {percent} % of its time, so that it writes less than the link carries.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration {number}: only pages that the guest has written since they were sent go again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One of the two machines was lost: the guest goes on at the other one, and the world saw no gap.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether the guest runs on this machine, and since when or until when</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which machine may write to the disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bitmaps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the dirty bitmaps of the disks say was written to them since a backup</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether the world gets to see what the guest sends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that the destination does not have, or has as they were before the guest wrote them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How often RAM was gone through; each time only what was written meanwhile is sent again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Throttle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of its time auto-converge makes the guest stand still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asked for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that the destination waits for: they are sent before all others</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrived</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that are here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that are not here: the guest, if it runs here, has to ask for them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How often the guest needed a page that was missing, and for how many it waits now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long the guest waited for a page the last time; it stands still meanwhile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>until {span}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <extracomment>Instead of an id, where it is empty</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>since {span}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{faults}, {asked} waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a copy, stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} held</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from checkpoint {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as it arrived</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>thrown away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seen at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>writes wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} dirty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>main</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sections and pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pages that are waited for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>return path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>answers of the destination</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the wire now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Just now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>put before it: {title}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last on the wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sections, and pages at their places</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} on its way</source>
        <comment>{n} on their way</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{times}, last {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at {offset} of the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destination</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both sides get ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM is sent while the guest runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest stands still, devices are sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest stands still, its disks are still here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest has to let go of a device first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the destination loads the devices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest runs on the destination, pages follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the channel is broken, the guest waits for its pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a new channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what is missing is asked for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all has arrived</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is given up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest stayed on the source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>something went wrong, and is cleaned up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest stays on the source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>two machines run the same guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>command {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>section {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>was {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>guest {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>new iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{pages} pages to send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>throttle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} % of the time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{block} 0x{address}, {pages}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>page request</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} wait, {number} ms</source>
        <comment>{n} waits, up to {number} ms</comment>
        <extracomment>How often the guest waited for pages, and the longest time</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>slow page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>guest waited</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the destination can go on from here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it was the {mode}; reason: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both sides agree</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>header</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>setup</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>block list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>last part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest stands still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Milestones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No milestone matches “{words}”. All looks at every event.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose what happens and press Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two demo machines, and a channel between them. The guest runs on the source; in the end it runs on the destination, and has not noticed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it: {scenario}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Throughput, MiB/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What goes over the channel. Limit: the narrower of the link and max-bandwidth.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dirty rate, MiB/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the guest writes: each page that was sent before is dirty then, and goes again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remaining, MiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM that the destination lacks, or has as it was before the guest wrote it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expected downtime, ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long the guest would stand still for all that was dirty at the last sync. Under the limit it is stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waited for a page, ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page requests: how long the guest stood until a page that it lacked had come.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output held, KiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the guest has sent since the last checkpoint, and the world does not see yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Screen of the guest on the {side}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages of the {side}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migrate the demo machine, of which nothing stays but a saved recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two demo machines, nothing moves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} frames/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo migration: {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machines are being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open it once that is over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>held</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>live</source>
        <extracomment>In the place of a date: a machine that runs</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the past</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>something happened to it within the last half second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>guest waits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>just now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{block} 0x{address}, {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{block} from 0x{address}, {pages}: {said}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>a cell is {n} page</source>
        <comment>a cell is {n} pages, the rarest state shown</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>missing</source>
        <extracomment>A word under which the filter finds snapshots that a disk misses</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>arrived</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asked for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in the cache</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>written here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stays where it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>came again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not here yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing but zeros: hardly anything is sent for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sent, and not written since</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dirty: not sent yet, or written by the guest since it was</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest waits for it, and it is sent first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has come for the next checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>written by the guest here, which the next checkpoint undoes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both machines have it, so it is not sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a duplicate: what was sent of it before was in vain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest will start here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty; the guest will move here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>postcopy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>every page is sent once, while the guest runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pages that the guest has written since they were sent go again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest stands still, and goes over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>switchover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {span} to go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the guest lives on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then it is compared with one that never moved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>downtime {number} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>throttle {number} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a machine was lost, the other one goes on alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Phases</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Phases: {phases}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>checkpoint {number}: both guests stood still for {took} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{checkpoints}, the last took {last} ms, the longest {longest} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} checkpoint</source>
        <comment>{n} checkpoints</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{value} at {number} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} M</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is over: the guest is at its new place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is over: the guest stays here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both machines run the guest. Press Failover on the one that shall go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest is about to run on the destination: there is no way back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest runs on the destination: stopping now would lose it. Pause instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest has not gone over yet: without a channel it would stay on the source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The link is broken already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The capability postcopy-ram was not on when it started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file has no way back, over which the guest could ask for what it lacks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only while the guest runs on the source and its RAM is sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The capability x-colo was not on when it started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One machine goes on alone already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only once both machines run the guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording was saved as {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migrate the demo machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No section has been put yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>put in {number} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>taken by the destination {number} ms later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the destination takes it while it is put</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never came</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on its way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>begins at {offset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>any</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scenario</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bandwidth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the link carries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long a byte is on its way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jitter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What may come on top of the latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Workload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much the guest writes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM of the machines</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} disk</source>
        <comment>{n} disks</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Disks that both machines can reach</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the source sends at most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long the guest may stand still at the switchover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the source sends at most once the guest has gone over; pages that are waited for come on top</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much auto-converge slows the guest down at first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much more it does every time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much it does at most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the guest may write at most while dirty-limit holds it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many channels carry pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How they pack pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far apart two checkpoints are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Others appear with their capability.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed while running: the channels are opened at the beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These act at once, as in QEMU.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>goes on here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waits for pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a copy, which stands still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stands still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>broken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>page requests</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>primary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>secondary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has the guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>taken for lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gets a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waits for the guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no checkpoint yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{pages} to come, {share} % moved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{left} of {total} to send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {number}, {left} of {total} to send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gave the guest away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination shall be able to answer: it opens the way back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination sends this number back as a PONG, so that the source knows how far it has read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Postcopy may come. The destination compares the size of its pages with the one told here, and refuses what would not fit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination reads on in a thread of its own. From here on a page that is missing can be asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest goes on at the destination, though pages of its RAM are missing there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that the guest has written since they were sent: what the destination has of them is thrown away, so that they are asked for anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What follows is read as one piece before any of it is loaded: LISTEN, all devices, and RUN. While they load the channel is free for pages.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>COLO will follow: the destination keeps a copy of the RAM that comes, beside the one that its own guest uses.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The channel had broken. Both sides agree on what is missing, and the destination goes on waiting for pages.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination shall say which pages of one block it has, a bit for each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The switchover begins: the guest stands still, and what follows is the rest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It says where in RAM the devices’ addresses lie, so it goes before all devices that need it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest’s time: it stands still with the guest, and goes on from here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An old device without a description: it writes and reads its bytes itself, so nobody else can name them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What all kinds of processors have: whether this one is halted, and what interrupts it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The registers of one processor. The guest goes on at this very instruction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Interrupts that are pending, masked and in service; one that was lost would hang the guest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The timer and the real-time clock, with what their next interrupt is due at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The serial line, with the bytes in its FIFO that were not sent yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The display’s registers and palette. The picture itself is RAM, in the block demo.vram.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk’s controller, with requests in flight. What is on the disk does not move.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network card. After the move it announces itself, so that switches learn the new way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run state that the guest had; the destination goes on in the same one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination has loaded everything: COLO can begin.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The source wants a checkpoint.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination’s guest stands still. Now that of the source is stopped as well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both guests stand still. RAM that was written since the last checkpoint comes next, then the devices.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>So many bytes of device state follow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of the checkpoint is at the destination, which loads it now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The destination has become what the source is. The output that was held goes out, and both guests run on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The stream begins: QEVM and its version, then the configuration, which names the machine that the destination must be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything that is sent while the guest runs begins with a START section: RAM lists its blocks with their lengths, bitmaps their disks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>section {number}, {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which parts of the disks were written since a backup. Bits change as long as the guest runs here, so they are sent when it stands still, or in postcopy after it has gone over.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One device, in a FULL section of its own, while the guest stands still.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A checkpoint: pages that the guest has written since the last one. They wait in the destination’s cache until all of the checkpoint is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest runs at the destination: pages that it waits for go first, and in between all others follow in their order.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest stands still: the last pages that it has written, in an END section.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next piece of RAM that is dirty, in a PART section. A page of nothing but zeros needs nine bytes, any other one its contents.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest writes {writes} MiB/s, the link carries {carries}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Auto-converge slows it down until the link can keep up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It cannot finish. Raise the bandwidth, let the guest write less, or throttle it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The channel is broken. The guest has gone over and waits where it needs one of the {pages} that are still on the source; nothing is lost. Recover goes on over a new channel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both machines run the same guest. What it sends is held at the source until the next checkpoint; what it sends on the destination is thrown away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After checkpoint {number} the source is taken for lost; Failover does it sooner.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failover says which machine goes on alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After {checkpoints} the source was lost: the destination went on alone, from the last one. What the guest did on the source since then nobody has seen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After {checkpoints} the destination was lost: the source went on alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied in {span}, {size} sent; the guest stood still for {number} ms and stays on the source. The destination has it as it was at tick {tick}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moved in {span}, {size} sent; the guest stood still for {number} ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It asked for pages {count} times; the median wait was {number} ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled: the guest went on on the source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moved, but not whole: {count} pages never came. The guest cannot go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moved, but: {why}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not moved: {why}. The guest went on on the source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At tick {tick} it differs from a machine that was never moved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At tick {tick} it is what a machine that was never moved is: their digests agree.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not moved: the guest goes on on the source, and has lost nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled: the guest goes on on the source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest lives on for a while. Then it is compared with one that never moved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PONG: it has read as far as the PING</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHUT: everything has arrived</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RESUME_ACK: both sides agree on what is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RECV_BITMAP: which pages have arrived</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>page request: the guest waits for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>page that is waited for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>command</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} zero</source>
        <comment>{n} zero</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is seen over time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed of the replay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filled while a section is put, outlined until the destination has taken it. Enter shows its bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no other snapshot</source>
        <extracomment>There was no snapshot before this one</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this snapshot</source>
        <extracomment>The selected snapshot is the current one</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Current: last saved or loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>came from {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note: {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} branch</source>
        <comment>{n} branches</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Block</source>
        <extracomment>Titles of columns: a RAMBlock of QEMU, a named piece of guest RAM</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Used</source>
        <extracomment>The used length of a RAMBlock</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What they hold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal</source>
        <extracomment>How a page was sent: normal (in full), zero, xbzrle (a difference; QEMU’s word), compressed</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zero</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compressed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent again</source>
        <extracomment>Pages that were sent more than once</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Used length of the block, in bytes of guest RAM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that the block has</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of pages by what was sent for them last</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages whose content was sent in full last</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that were last sent as filled with one byte</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that were last sent as a difference to what came before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages that were last sent compressed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Records that came for a page that had been sent before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page size that the stream uses for the block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>normal</source>
        <extracomment>States of pages: normal (sent in full), xbzrle (a difference), compressed, zero, not sent</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left out: not in the stream</source>
        <extracomment>Said of a RAMBlock whose contents are not in the stream</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What this block holds is not in the stream: both machines share its file (x-ignore-shared). There is nothing to save.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>under {number} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over {number} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} value differs</source>
        <comment>{n} values differ</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Configuration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} of {total} differ</source>
        <extracomment>Of the devices: 9 of 62 differ</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>present</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>more than {n} fields differ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>version {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{value} ({meaning})</source>
        <extracomment>A value as it stands in the stream, and what it says: 0x000c (12)</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all pages are the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>page {first} ({at})</source>
        <extracomment>A page of RAM and where it stands: page 5 (0x5000)</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pages {first} to {last} ({at})</source>
        <extracomment>Pages of RAM in a row, and where the first stands</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not compared: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>another size</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} cluster differs</source>
        <comment>{n} clusters differ</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{size} at {offset}</source>
        <extracomment>Bytes of a disk that differ: how many, and where they begin</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>and {n} more</source>
        <comment>and {n} more</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Field</source>
        <extracomment>The two sides of a comparison, in the heads of its columns</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <extracomment>Facts of a field: its raw value, what that means, its type, its offset, its bytes</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{bytes} from the beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(blank name)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(no name)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{blank} id {id}</source>
        <extracomment>{blank} is “(no name)” or “(blank name)”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}”</source>
        <extracomment>A name inside a sentence, in quotation marks</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as it is, not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not known which snapshot it came from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>changes since {snapshot} are not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>goes</source>
        <extracomment>What becomes of a snapshot: it is deleted, or it stays</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU stops here</source>
        <extracomment>The problem at which QEMU would stop reading</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error</source>
        <extracomment>How grave a problem is</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>note</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} error</source>
        <comment>{n} errors</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} warning</source>
        <comment>{n} warnings</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} note</source>
        <comment>{n} notes</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{severity}: {message}, {code}, at {offset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record</source>
        <extracomment>What a migration stream consists of</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instance</source>
        <extracomment>The instance id of a device</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Payload</source>
        <extracomment>Bytes between header and footer</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Within</source>
        <extracomment>The record that holds this one</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Section id; for commands the number of the command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes between the record’s own header and its footer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes from the type byte to the end of the footer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row of the PACKAGED command that this record lies in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When</source>
        <extracomment>When a snapshot was taken</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VM clock</source>
        <extracomment>How long the guest had run</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>icount</source>
        <extracomment>QEMU’s word for counted instructions</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VM state</source>
        <extracomment>The saved state of a machine, and its size</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ids {ids}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>disk was {size} then</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine had run for {clock}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken without a machine: there was no clock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Holds the disk only: there is no VM state to look into or to load</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not on this disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>disks: {disks}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>disk only</source>
        <extracomment>A snapshot without the state of a machine</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{least} to {most}</source>
        <extracomment>From the smallest to the largest size of the disks</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date not recorded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{have} of {total}</source>
        <extracomment>Disks that have a snapshot: 2 of 3, or all 3</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not on {disks}</source>
        <extracomment>The disks that have no snapshot of this name</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>not on {disk} and {n} more</source>
        <comment>not on {disk} and {n} more</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>differs between disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>id {id}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{id}, holds VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>being read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>open in another process</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cannot be shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Built in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no snapshots yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} snapshot</source>
        <comment>{n} snapshots</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;File</source>
        <extracomment>Titles of menus; &amp; stands before the letter that opens one together with Alt</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;tream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T&amp;ools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Belongs to {view}: go there first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{action}: {reason}</source>
        <extracomment>{action} is what somebody wanted to do by a key, {reason} why it cannot be done now</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is open in this view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a stream, or the disks of one machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open captured channels…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a folder with captured channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots</source>
        <extracomment>The views of the window</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous pane</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme of the desktop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text has its largest size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text has its smallest size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was noticed yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy system report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system report is on the clipboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Snapmgr</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: not done</source>
        <extracomment>{name} is what was to be done: Open, Export</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mark of Snapmgr</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save, look into and move virtual machines.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIT licence. Snapmgr sends nothing anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LGPL version 3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SIL Open Font License 1.1; the texts are in the fonts folder of the resources.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Phosphor icons, by way of QtAwesome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIT licence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} from {offset}</source>
        <extracomment>A stream that begins inside a file: guest.bin from byte 1234</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{name} and {n} more</source>
        <comment>{name} and {n} more</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Several streams cannot be opened at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open them one by one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A stream and other files cannot be opened together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open one kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is empty: QEMU would wait for ever for a stream in it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a {format} disk image: it cannot hold QEMU’s snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is neither a migration stream nor a qcow2 disk image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapmgr opens migration streams (they begin with QEVM; gz, zst and xz too), qcow2 disk images and recorded migrations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open {file} in Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open {file} in Migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open {file} in Snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop files here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File: {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU says: {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its snapshots can be looked at. To change them, end the other process first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the file again, or save the stream again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may have been moved, renamed or deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its owner for the right to read it, or open it as another user.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open one of the files in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a fault in Snapmgr itself: {error}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was written to your files. Copy the details and report them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KiB</source>
        <extracomment>Units of 1024</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>EiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kB</source>
        <extracomment>Units of 1000</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>EB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size}/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{days} d {clock}</source>
        <extracomment>Days (d), then hours:minutes:seconds</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} ns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{span} ago</source>
        <extracomment>{span} is a length of time: 5 min, 2 h 14 min, 4 days</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in {span}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} h</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} day</source>
        <comment>{n} days</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} week</source>
        <comment>{n} weeks</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} month</source>
        <comment>{n} months</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} year</source>
        <comment>{n} years</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Today {clock}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yesterday {clock}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{weekday} {day} {month} {clock}</source>
        <extracomment>A date: Thu 19 Nov 09:05</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{day} {month} {year}</source>
        <extracomment>A date: 2 Oct 2026</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{day} {month} {year} {clock}</source>
        <extracomment>A date: 2 Oct 2025 09:05</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{day} {month} {clock}</source>
        <extracomment>A date: 19 Nov 09:05</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{weekday} {day} {month} {year}, {clock}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The setting “Folders for backing files” does that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export… in Snapshots does that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Inspector shows it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy link, in the menu Stream, writes one that leads to a place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This link leads to no place in a stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search or run a command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Menu</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More menus</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>choose</source>
        <extracomment>What a key does here</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&gt; commands</source>
        <extracomment>The sign is typed and stays as it is</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>@ offset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source># snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>? help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a disk image to find its snapshots here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No snapshot of that name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a stream to find its sections here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No section of that name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on</source>
        <extracomment>The value of a setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} more</source>
        <comment>{n} more</comment>
        <extracomment>Folders beside those that are always there</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>none more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapmgr sends nothing anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put all back to default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No setting matches “{words}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On</source>
        <extracomment>Beside a box that is ticked or not</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{setting}: less</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{setting}: more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder of the list first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow backing files in this folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>A job is not finished</source>
        <comment>{n} jobs are not finished</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>What is cancelled leaves disks and snapshots as they were before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel jobs and quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder}, with {disks}</source>
        <extracomment>{disks} are names of files that belong to the file in that folder</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{setting} cannot be {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{setting} must lie between {low} and {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light, dark, or whatever the desktop says.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System</source>
        <extracomment>The theme of the desktop
----------
How much may move</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>colour color mode night</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything in the window grows with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>font zoom large</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the desktop’s font</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instead of Inter, which comes with Snapmgr. Bytes and offsets stay in JetBrains Mono.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>typeface</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reduced: nothing slides or fades in the Migration view, what is on its way is counted, and its page maps change twice a second.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reduced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>animation animate accessibility vestibular still</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sizes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Powers of 1024, as QEMU counts, or of 1000, as disks are sold. Tooltips always say the exact bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MiB, GiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MB, GB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>units binary decimal bytes</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When Snapmgr starts without being told what to open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>start session startup</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folders for backing files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A disk image may name another file that it builds upon. Only the image’s own folder and these are read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>backing chain allow roots security</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tell the desktop when a long job ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it took more than ten seconds and the window is not in front.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>notification message tray job finished</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs wait until they are finalized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No disk is changed before you choose Finalize. The guest stands still so long, unless it is saved live.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>auto-finalize pending confirm job</source>
        <extracomment>Words under which a search finds this setting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is not a JSON object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it has no version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A setting was put back to its default: {why}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings could not be read ({why}). The defaults are in force.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings could not be read ({why}). The defaults are in force; the file is kept as {path}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window’s last place could not be read and starts afresh.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>settings of version {version} are not known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>settings of version {version} could not be read: {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>encrypted</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} process</source>
        <comment>{n} processes</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Its snapshots can be looked at. What is shown may lag behind what that process does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in use by {who}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something in the image is wrong; what is sound is shown. The details say what.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its snapshots can be looked at and exported: nobody may write to the image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>read-only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No other process has these images open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} of {total} selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} shown</source>
        <comment>{n} shown</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{count}, {size} of VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a snapshot first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a disk image first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This snapshot holds the disk only: there is no VM state to look into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select one snapshot only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine writes to its disks now: save a snapshot and export that</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The images are encrypted: their contents cannot be read without the key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image is encrypted: its contents cannot be read without the key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspect</source>
        <extracomment>Look into the VM state of a snapshot</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timeline or table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The list is on show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The demo machine keeps the disks that it was made with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add disk…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add disks to {machine}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Machines</source>
        <extracomment>Panes of the Snapshots view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The note is not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the images again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file about a snapshot is damaged. It was set aside and is not used: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save snapshot…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finish…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete old snapshots…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was deleted that could be brought back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo deletion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the demo machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what was deleted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deleting {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bringing back {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finishing {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Renaming {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loaded {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deleted {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brought back {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finished {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Renamed {snapshot} to {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VM state {size}, the guest stood still for {ms} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine is what it was then</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>On one disk, disk only</source>
        <comment>On {n} disks, disk only</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk is what it was then.</source>
        <comment>{n} disks are what they were then.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>What was there before is kept as {snapshot}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{size} of the file were given back</source>
        <comment>{size} of {n} files were given back</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk is as it was.</source>
        <comment>The disks are as they were.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>One more disk has it now.</source>
        <comment>{n} more disks have it now.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>On one disk</source>
        <comment>On {n} disks</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{size} of the file are free now</source>
        <comment>{size} of {n} files are free now</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Not loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not deleted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not renamed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not brought back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what}: cancelled, nothing left behind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine and its disks are as they were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The list shows what is there now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what} is not finished yet</source>
        <extracomment>{what} is something like: Saving “before-update”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what}: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not brought back: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select two snapshots to compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These snapshots are on different disks, and one at least has no VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>disk of {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On {disk}: {facts}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not on {disk}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Came from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the snapshot {snapshot}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Delete {n} snapshot?</source>
        <comment>Delete {n} snapshots?</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Delete snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the room back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image file takes less space on the disk that it is on. Otherwise what becomes free stays in the file, for what is written to it later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Keep snapshot</source>
        <comment>Keep snapshots</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Delete snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Delete {n} snapshot</source>
        <comment>Delete {n} snapshots</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Export first…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the disk out as it was then; this question comes back afterwards</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>It is removed from {disks}, with what only it holds.</source>
        <comment>They are removed from {disks}, with what only they hold.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk as it is now and all other snapshots stay.</source>
        <comment>The disks as they are now and all other snapshots stay.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of them has a VM state: {size}</source>
        <comment>{n} of them have a VM state: {size}</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{date} ({ago})</source>
        <extracomment>A date, and how long ago that is: Yesterday 18:40 (18 h ago)</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size}, on {disk}</source>
        <extracomment>The size of a VM state, and the disk that holds it</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Came from it</source>
        <extracomment>The snapshots whose parent this one is</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the workload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{state}, tick {tick}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say why the demo machine stands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put that right, then choose Run; a snapshot can be loaded too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The demo machine stands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tick {tick}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The demo machine is without its disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its guest runs without them, and no snapshot of it can be saved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the demo machine there, then choose Start again: this one begins anew, with its disks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again has it begin anew, with its disks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as saved, {date}</source>
        <extracomment>On the picture of a guest&apos;s screen; {date} is something like 19 Nov 09:05</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The demo machine is not on show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run or pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspect stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its guest begins anew, and what is in its RAM now is lost. Its disks stay as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset the demo machine?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep it as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End demo machine…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is in its RAM is lost. The next one begins anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the demo machine?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing but the picture, the clock and the disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one page behind the other, round and round</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pages all over its memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nine in ten in a sixteenth of its memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>runs of pages, then silence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>every page in every tick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Interrupts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk records</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mismatches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages a tick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show its screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fold its screen away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick {tick}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the demo machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Current</source>
        <extracomment>The snapshot that the machine was last saved as or loaded from
----------
The snapshot that was last saved or loaded</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Machine</source>
        <extracomment>The machine type: pc-i440fx-7.2</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At that time:
{sizes}</source>
        <extracomment>Sizes of the disks, as they were when the snapshot was taken</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only its own</source>
        <extracomment>What a snapshot alone uses of the image</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shared</source>
        <extracomment>What a snapshot uses together with others, or with the disk as it is now</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open in another process</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} was not looked through for faults</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} cannot hold snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots may be in it that are not listed here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>• and {n} more</source>
        <comment>• and {n} more</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{disk} is damaged: {n} problem</source>
        <comment>{disk} is damaged: {n} problems</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{disk} takes more space than it needs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{problem} (at {offset})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a snapshot to see its details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is saved yet. Save snapshot… keeps the machine and its disks as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details of the selected snapshot stand here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export a disk as it is now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export a disk as of {snapshot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As of</source>
        <extracomment>The moment that is written out: a snapshot, or now</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is being changed by {who}. Export one of its snapshots.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled, nothing left behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was left behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} is written to {file}, {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} as of {snapshot} is written to {file}, {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read screens of snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No machine can be continued from here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export… writes the disk as it was, and a machine can start from that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk only: there is no VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its list of snapshots can be read. The disk and the VM states cannot be looked into or exported without the key, and Snapmgr does not ask for keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} is encrypted</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Cannot be loaded: {disks} has no snapshot of this name</source>
        <comment>Cannot be loaded: {disks} have no snapshot of this name</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>QEMU loads a snapshot only if every disk has it. This disk was attached later, or left out when it was saved.</source>
        <comment>QEMU loads a snapshot only if every disk has it. These disks were attached later, or left out when it was saved.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Detach {disks}, or export the other disk as it was.</source>
        <comment>Detach {disks}, or export the other disks as they were.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Or choose Finish… to keep it as it is now, if nothing wrote to it since.</source>
        <comment>Or choose Finish… to keep them as they are now, if nothing wrote to them since.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{disks} was not kept with it</source>
        <comment>{disks} were not kept with it</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Load… leaves this disk as it is now, and QEMU would refuse to. Finish… keeps it as it is now, if nothing wrote to it since.</source>
        <comment>Load… leaves these disks as they are now, and QEMU would refuse to. Finish… keeps them as they are now, if nothing wrote to them since.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{facts} The name is the same, the moment is not. Export… writes each disk as it was. An image that is opened alone can be loaded by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot be loaded: the disks hold different snapshots of this name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This one is called {name}, which is the id of that one, and QEMU looks for ids first. Inspect and Export… open the right one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QEMU would load another snapshot: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} is open in another process.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} is open in another process ({who}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its snapshots can be looked at; what is shown may lag behind what that process does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the whole path, beginning with a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is {file} itself, which is being read. Name another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not an ordinary file. Name another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You may not write into {folder}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This file may be in use and cannot be opened to find out. Name another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is an image in use by {user}. Name another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to {most} are needed, {free} are free there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This may not fit: {most} at most are needed and {free} are free. Empty parts of the disk take no space. If it does not fit, nothing is left behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} exists already and will be replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name the folder to write into.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the whole path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This may not fit: {most} at most are needed and {free} are free. Empty parts of the disks take no space. What was written whole stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Export {n} snapshot</source>
        <comment>Export {n} snapshots</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>All disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder to write into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None of these snapshots is on this disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Export {n} file</source>
        <comment>Export {n} files</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Writes {files}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{words} Nothing was left behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} of {of} files is written</source>
        <comment>{n} of {of} files are written</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{words} {said} and stays; there is no half one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} file is written to {folder}, {size}</source>
        <comment>{n} files are written to {folder}, {size}</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Finish the snapshot {snapshot}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{disks} gets a snapshot of this name and date that holds what the disk holds now. Afterwards every disk has it, and the machine can be loaded from it.</source>
        <comment>{disks} get snapshots of this name and date that hold what the disks hold now. Afterwards every disk has it, and the machine can be loaded from it.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Finish snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>What was written to it since the others were saved is in the snapshot too. Where the machine wrote to it, delete the snapshot instead.</source>
        <comment>What was written to them since the others were saved is in the snapshot too. Where the machine wrote to them, delete the snapshot instead.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Only right if the disk did not change</source>
        <comment>Only right if the disks did not change</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words in the name; id:3 for an id; “disk only”, “missing”</source>
        <extracomment>“disk only” and “missing” are the words under which the filter finds such snapshots</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open image…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Inspector has a VM state of {disk} open: close it there first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The comparison has a VM state of {disk} open: close it there first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is being done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is being cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is being finished and cannot be stopped any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is being finished and cannot be paused any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause what runs, or resume it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finalize what is prepared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No job waits to be finalized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Complete what is ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No job is ready to be completed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No job has ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss finished jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No job has ended yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Took</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed: {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting</source>
        <extracomment>What a job does just now</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saving the VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>trying the VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preparing the disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loading the VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waits for Finalize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no disk is changed yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {time} left</source>
        <extracomment>{time} is something like 3 s</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too late to cancel: {what} is being finished</source>
        <extracomment>{what} is something like: Saving “before-update”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed after {time} at {at}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Took {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load the snapshot {snapshot}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save “Now” first, as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name for what is there now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the machine and its disks hold now is lost. This cannot be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>What is on the disk now is lost. This cannot be undone.</source>
        <comment>What is on the disks now is lost. This cannot be undone.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{disks} becomes what it was when it was saved.</source>
        <comment>{disks} become what they were when it was saved.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{disks} becomes what it was {ago} ({date}).</source>
        <comment>{disks} become what they were {ago} ({date}).</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>What was written since goes. All snapshots stay as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine with its RAM and devices becomes what it was when it was saved, and so does what is on {disks}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine with its RAM and devices becomes what it was {ago} ({date}), and so does what is on {disks}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It runs on from there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It stays paused.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It stays stopped as it is now ({state}).</source>
        <extracomment>{state} is a word of QEMU&apos;s: io-error</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All snapshots stay as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The size of {disk} changes: {now} now, {then} then.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{disks} stays as it is now.</source>
        <comment>{disks} stay as they are now.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The machine itself stays in the snapshot. To continue it from there, start QEMU with -loadvm; to begin from the disks as they were, load them here and start the machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disks alone are loaded: no machine runs here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save “Now” first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot be shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} is open in another process: changing its snapshots could damage it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} is open in another process ({who}): changing its snapshots could damage it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has no disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It holds disks only: a machine that runs cannot be continued from it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No disk lacks this snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk}: {why}</source>
        <extracomment>Why nothing can be done with a disk: vda.qcow2: The image is marked as corrupt</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give it a name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>The name has {n} byte</source>
        <comment>The name has {n} bytes</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{said}; {most} are the most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a snapshot of this name already. Choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a snapshot of this name on {disks} already. Choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is the id of {snapshot}, and QEMU looks for ids first: it would load that one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A note has {count} characters at most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a note…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weeks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete old snapshots of {machine}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What goes is removed from every disk that has it, with what only it holds, all in one go. Where both are ticked, only what is old by both goes. A snapshot without a recorded date stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete old snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the newest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many are kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unit of the age</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete only what is older than</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How old the others are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image file takes less space on the disk that it is on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What goes and what stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes</source>
        <extracomment>How many snapshots are deleted</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stays</source>
        <extracomment>How many snapshots are not deleted</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is that old.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the demo machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No image is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the images of the last time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start the demo machine again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In a narrow window the machines are listed above the snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter renames it on {disks}, Esc does not</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save a snapshot of {machine}</source>
        <extracomment>{machine} is a machine&apos;s name</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No machine runs on these images, so the snapshot is disk only: it holds no VM state. The disks stay as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It holds the machine with its RAM and devices, and the disks that are ticked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What that one holds is lost once the new one is complete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace the snapshot of this name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace the one from {when}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VM state on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live</source>
        <extracomment>How a snapshot is saved: the guest goes on running meanwhile</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <extracomment>How a snapshot is saved: the guest stands still meanwhile</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest stops for about 10 ms and runs on while its RAM is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest stands still until all of its RAM is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to {most} are needed for the VM state, {free} are free for {disk}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may not fit. If it does not, nothing is left behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no screen recorded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No screen was recorded with this snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the screen is being drawn</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The screen is being drawn from the VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Screen of the guest, {saved}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Screen of the guest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load screens of snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look into the VM state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The details of {snapshot} are on the clipboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter machines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Several images opened together are the disks of one machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No machine is called “{name}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure what snapshots take up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing else uses it: {size} become free when this snapshot alone is deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of that the VM state takes {size}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The images have changed meanwhile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frees</source>
        <extracomment>How much room becomes free by deleting</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots of a machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open one qcow2 image, or all the disks of one machine together: its snapshots are joined by name, and you see which disk misses one. They are saved, loaded, renamed and deleted here while no machine runs; looking at them writes nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start demo machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No snapshots yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save snapshot… keeps the disk as it is now. What QEMU or qemu-img save in this image appears here by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save snapshot… keeps the disks as they are now. What QEMU or qemu-img save on any of them appears here by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export… writes the disk as it is now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing matches “{words}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>The one name and id does not hold these words. {key} shows all again.</source>
        <comment>None of the {n} names, ids and notes holds these words. {key} shows all again.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine runs and writes to its disks, so this cannot be undone. Pause it first to keep that open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>This can be undone until something is written to the disk.</source>
        <comment>This can be undone until something is written to the disks.</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>What was deleted last belongs to another machine: {machine}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine runs and writes to its disks: what was deleted may be overwritten</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{disk} was written to since: what was deleted may be overwritten</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raw image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk byte for byte; empty parts take no space. Every tool reads it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>qcow2 image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller to copy. Stands alone: no snapshots and no backing file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total} written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See every snapshot of a machine across all its disks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open disk image…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See every section, field and byte of a stream, and why it does not load.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watch a machine move page by page, and break it on its way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try a migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a disk image or a saved migration stream here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Welcome to Snapmgr</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start with the demo machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A small machine that runs inside Snapmgr. Watch it, step it, look through its state: nothing of yours is touched, and no QEMU is needed. Or look into a stream that a real QEMU 10.0 wrote.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is being done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overview of the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what}, byte {offset}</source>
        <extracomment>{what} is there</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} stretch</source>
        <comment>{n} stretches</comment>
        <extracomment>Parts of a stream, one beside the other</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>at {place}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{block}: {said}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>builds upon {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{format}, no snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meaning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>framing</source>
        <extracomment>Kinds of parts of a stream: what holds it together (header, footers, end)</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iterative section</source>
        <extracomment>A section that is sent in several passes, as RAM is</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>subsection</source>
        <extracomment>A part of a device’s state that is only there when it is needed</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fault</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{bytes}  and {n} more byte</source>
        <comment>{bytes}  and {n} more bytes</comment>
        <extracomment>{bytes} are the first bytes of a field</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{kind}, at the top of the stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{bytes} and more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{bytes}, in {field}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gone</source>
        <extracomment>In the place of bytes that cannot be read any more</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>job {id}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{took}. {how}</source>
        <extracomment>{how} is what was done, {took} how long that took</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status: {status}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the newest job only</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} running</source>
        <comment>{n} running</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} failed</source>
        <comment>{n} failed</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} finished</source>
        <comment>{n} finished</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{column} (no room)</source>
        <extracomment>A column of a table that is not shown because the window is too narrow</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots, all values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opened images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots, newest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solid line: came from. Dotted line: order by date only. Square: disk only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>came from</source>
        <extracomment>A solid line leads to the snapshot that this one came from</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>order by date only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finalize</source>
        <extracomment>Verbs of jobs</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Complete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the change that is prepared. Until then no disk is changed, and Cancel leaves nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the job, which is ready for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a migration stream, or the disk images of one machine.</source>
        <extracomment>Help on the command “Open…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder with the connections of one migration: conn0.fwd.bin and so on.</source>
        <extracomment>Help on the command “Open captured channels…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the small stream that comes with Snapmgr; a real QEMU 10.0 wrote it.</source>
        <extracomment>Help on the command “Open demo stream”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty the list of files that were opened before; the files stay.</source>
        <extracomment>Help on the command “Forget recent files”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let go of what is open in this view.</source>
        <extracomment>Help on the command “Close”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme, text size, units, folders.</source>
        <extracomment>Help on the command “Settings”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the window and end what runs.</source>
        <extracomment>Help on the command “Quit”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to Snapshots.</source>
        <extracomment>Help on the command “Snapshots”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to Inspector.</source>
        <extracomment>Help on the command “Inspector”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to Migration.</source>
        <extracomment>Help on the command “Migration”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to Start page.</source>
        <extracomment>Help on the command “Start page”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the cursor into the filter of this view.</source>
        <extracomment>Help on the command “Filter”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the keyboard to the next pane.</source>
        <extracomment>Help on the command “Next pane”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the keyboard to the pane before.</source>
        <extracomment>Help on the command “Previous pane”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance: theme of the desktop.</source>
        <extracomment>Help on the command “Theme of the desktop”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance: light theme.</source>
        <extracomment>Help on the command “Light theme”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance: dark theme.</source>
        <extracomment>Help on the command “Dark theme”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make everything in the window a little larger.</source>
        <extracomment>Help on the command “Larger text”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make everything in the window a little smaller.</source>
        <extracomment>Help on the command “Smaller text”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fill the screen, or go back to a window.</source>
        <extracomment>Help on the command “Full screen”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the window told since it was opened.</source>
        <extracomment>Help on the command “Notices”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find any command, file, snapshot, section or setting by its name.</source>
        <extracomment>Help on the command “Command palette”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All shortcuts of this view.</source>
        <extracomment>Help on the command “Shortcuts”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions and settings as text for a report; nothing is sent anywhere.</source>
        <extracomment>Help on the command “Copy system report”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version and licences.</source>
        <extracomment>Help on the command “About Snapmgr”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the disks as they are now, and the machine where one runs, under a name.</source>
        <extracomment>Help on the command “Save snapshot…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the disks what they were when the snapshot was taken, and the machine; asks first.</source>
        <extracomment>Help on the command “Load…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the snapshot another name on every disk that has it, where it stands in the list.</source>
        <extracomment>Help on the command “Rename”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a snapshot whole that some disks lack: they are kept as they are now; asks first.</source>
        <extracomment>Help on the command “Finish…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the selected snapshots off their disks for ever; asks first.</source>
        <extracomment>Help on the command “Delete…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the newest snapshots, and delete the others or those of some age; asks first.</source>
        <extracomment>Help on the command “Delete old snapshots…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring back what was deleted last, while nobody has written to the disks since.</source>
        <extracomment>Help on the command “Undo deletion”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what differs between two snapshots: fields of devices, pages of RAM, clusters of the disks.</source>
        <extracomment>Help on the command “Compare”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the VM state of the selected snapshot in the Inspector.</source>
        <extracomment>Help on the command “Inspect”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write disks as they were when snapshots were taken, each as a raw or qcow2 image.</source>
        <extracomment>Help on the command “Export…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy every recorded value of the selected snapshot as text.</source>
        <extracomment>Help on the command “Copy details”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go from the timeline to the table of all values, and back.</source>
        <extracomment>Help on the command “Timeline or table”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the details, which are a page of their own in a small window.</source>
        <extracomment>Help on the command “Back to the list”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the images again; changes on disk are noticed by themselves.</source>
        <extracomment>Help on the command “Reload”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open more images as disks of this machine, so that its snapshots are joined by name.</source>
        <extracomment>Help on the command “Add disk…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the pane: Machines.</source>
        <extracomment>Help on the command “Machines”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the pane: Details.</source>
        <extracomment>Help on the command “Details”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a note on the selected snapshot; it is saved by itself.</source>
        <extracomment>Help on the command “Edit note”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start the built-in machine, or go to it; no QEMU is needed.</source>
        <extracomment>Help on the command “Demo machine”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the demo machine run, or have it stand still.</source>
        <extracomment>Help on the command “Run or pause”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let one tick pass; the machine stands still afterwards.</source>
        <extracomment>Help on the command “Step”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the demo machine&apos;s state, as it is now, in the Inspector.</source>
        <extracomment>Help on the command “Inspect stream”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin anew, as after power on; asks first.</source>
        <extracomment>Help on the command “Reset…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the demo machine away; asks first.</source>
        <extracomment>Help on the command “End demo machine…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all jobs that run or have ended, or the newest alone.</source>
        <extracomment>Help on the command “Jobs”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was saved, loaded, renamed and deleted, and how it ended, also before Snapmgr was started.</source>
        <extracomment>Help on the command “Job history”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let a job stand still, and go on.</source>
        <extracomment>Help on the command “Pause what runs, or resume it”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop saving, loading, renaming or deleting; the disks stay as they were.</source>
        <extracomment>Help on the command “Cancel what runs”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let a job that is pending change the disks; in the settings jobs can be told to wait for that.</source>
        <extracomment>Help on the command “Finalize what is prepared”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End a job that goes on until somebody completes it.</source>
        <extracomment>Help on the command “Complete what is ready”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget the jobs that have ended; the job history keeps them.</source>
        <extracomment>Help on the command “Dismiss finished jobs”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type an offset and see the byte there.</source>
        <extracomment>Help on the command “Go to offset”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to what was selected before.</source>
        <extracomment>Help on the command “Back”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to where Back came from.</source>
        <extracomment>Help on the command “Forward”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select the next problem by its offset.</source>
        <extracomment>Help on the command “Next problem”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select the problem before by its offset.</source>
        <extracomment>Help on the command “Previous problem”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select the section behind that of the selection.</source>
        <extracomment>Help on the command “Next section”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select the section of the selection, or the one before.</source>
        <extracomment>Help on the command “Previous section”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the list of problems and what is known about the selection.</source>
        <extracomment>Help on the command “Problems and details”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the pane: Structure.</source>
        <extracomment>Help on the command “Structure”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the pane: Bytes.</source>
        <extracomment>Help on the command “Bytes”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the field as name = value, or bytes selected in the bytes view as hex.</source>
        <extracomment>Help on the command “Copy”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a form and copy the selection in it.</source>
        <extracomment>Help on the command “Copy as…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selection: Name = value.</source>
        <extracomment>Help on the command “Copy name = value”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selection: Path.</source>
        <extracomment>Help on the command “Copy path”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selection: Offset.</source>
        <extracomment>Help on the command “Copy offset”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selection: Hex.</source>
        <extracomment>Help on the command “Copy hex”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selection: C array.</source>
        <extracomment>Help on the command “Copy C array”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selection: Python bytes.</source>
        <extracomment>Help on the command “Copy Python bytes”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selection: Base64.</source>
        <extracomment>Help on the command “Copy Base64”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show structure of the stream.</source>
        <extracomment>Help on the command “Show structure”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show records of the stream.</source>
        <extracomment>Help on the command “Show records”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show RAM of the stream.</source>
        <extracomment>Help on the command “Show RAM”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write what was found as JSON, a RAM block, or an ELF core for gdb and crash.</source>
        <extracomment>Help on the command “Export…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write what a RAM block holds at the end of the stream to a file.</source>
        <extracomment>Help on the command “Save block contents…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See whether another machine would load the stream, and what stands between them.</source>
        <extracomment>Help on the command “Check against…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a copy in which footers and the end are put right; device state and RAM stay as they are.</source>
        <extracomment>Help on the command “Save repaired copy…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the stream again from its file; the selection and the filter stay.</source>
        <extracomment>Help on the command “Reload”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop reading the stream; what was read stays.</source>
        <extracomment>Help on the command “Stop reading”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM: page map.</source>
        <extracomment>Help on the command “Page map”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM: blocks.</source>
        <extracomment>Help on the command “Blocks”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM: passes.</source>
        <extracomment>Help on the command “Passes”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page map: larger pages.</source>
        <extracomment>Help on the command “Larger pages”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page map: smaller pages.</source>
        <extracomment>Help on the command “Smaller pages”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page map: whole block on the map.</source>
        <extracomment>Help on the command “Whole block on the map”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See the record that brought the page last, among the bytes of the stream.</source>
        <extracomment>Help on the command “Show page in bytes”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write what the page holds when the stream ends to a file.</source>
        <extracomment>Help on the command “Save page…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy what the page holds when the stream ends.</source>
        <extracomment>Help on the command “Copy page as hex”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look for text, bytes, names or values, and list where they are.</source>
        <extracomment>Help on the command “Find in RAM and bytes”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look for the selected bytes in all of RAM.</source>
        <extracomment>Help on the command “Find selected bytes in RAM”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the next place that was found.</source>
        <extracomment>Help on the command “Next hit”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the place before.</source>
        <extracomment>Help on the command “Previous hit”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the next stream that is open.</source>
        <extracomment>Help on the command “Next stream”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the stream before.</source>
        <extracomment>Help on the command “Previous stream”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy a link to the selected place: Go to offset and snapmgr on a command line follow it.</source>
        <extracomment>Help on the command “Copy link”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the selected place to come back to, or keep it no longer.</source>
        <extracomment>Help on the command “Bookmark”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See the places that were kept, and go to one.</source>
        <extracomment>Help on the command “All bookmarks”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what differs from another stream or VM state: fields, pages of RAM, bytes.</source>
        <extracomment>Help on the command “Compare”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See what the guest showed when it was saved.</source>
        <extracomment>Help on the command “Guest’s screen”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See the XML of the domain that libvirt saved.</source>
        <extracomment>Help on the command “Show libvirt domain”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go back to what was compared last.</source>
        <extracomment>Help on the command “Comparison”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the comparison, and go to where it was asked for.</source>
        <extracomment>Help on the command “Back”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the next difference; behind the last comes the first.</source>
        <extracomment>Help on the command “Next difference”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the difference before.</source>
        <extracomment>Help on the command “Previous difference”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was A is B.</source>
        <extracomment>Help on the command “Swap A and B”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write what differs to a file: as text, as JSON like that of snapctl diff, or as a page for a browser.</source>
        <extracomment>Help on the command “Export report…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the guest of one demo machine to another one, as the settings say.</source>
        <extracomment>Help on the command “Start”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the migration up; asks first. The guest goes on where it is.</source>
        <extracomment>Help on the command “Cancel…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Break the channel, as a network does: what is under way is lost.</source>
        <extracomment>Help on the command “Cut link”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the guest go over at once; its RAM follows.</source>
        <extracomment>Help on the command “Postcopy now”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Have a postcopy stand still: its channel is closed, and the guest waits where it needs a missing page.</source>
        <extracomment>Help on the command “Pause”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on with a paused postcopy over a new channel.</source>
        <extracomment>Help on the command “Recover”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the guest go over that stands still before the switchover (pause-before-switchover).</source>
        <extracomment>Help on the command “Continue”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the destination for lost: COLO ends, and the guest goes on alone where it is.</source>
        <extracomment>Help on the command “Failover to the source”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the source for lost: COLO ends, and the guest goes on alone from the last checkpoint.</source>
        <extracomment>Help on the command “Failover to the destination”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the time of a migration that runs, or let it go on; play one that is over.</source>
        <extracomment>Help on the command “Hold or go on”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on by one section or one command.</source>
        <extracomment>Help on the command “Step”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the moment before the last section or command.</source>
        <extracomment>Help on the command “Step back”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the beginning of a migration that is over.</source>
        <extracomment>Help on the command “To the beginning”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at how it ended, or at what happens now.</source>
        <extracomment>Help on the command “To the end”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the bytes that were sent so far.</source>
        <extracomment>Help on the command “Open stream in Inspector”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the stream in the Inspector where the chosen event stands in it.</source>
        <extracomment>Help on the command “Show bytes”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this migration in a file: both streams, events, numbers and pages.</source>
        <extracomment>Help on the command “Save recording…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at a migration that was saved.</source>
        <extracomment>Help on the command “Open recording…”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at what can be tried, one click each; what was recorded stays until something is started.</source>
        <extracomment>Help on the command “Scenarios”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For an audience: larger text, a sentence about each phase, and neither settings nor log.</source>
        <extracomment>Help on the command “Presentation”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide what a migration is asked to be.</source>
        <extracomment>Help on the command “Show settings”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start this scenario of a migration.</source>
        <extracomment>Help on the command “It converges”
----------
Help on the command “It never converges”
----------
Help on the command “Auto-converge saves it”
----------
Help on the command “Postcopy under load”
----------
Help on the command “Network breaks in postcopy”
----------
Help on the command “COLO failover”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It converges</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAM is sent while the guest runs; what it writes meanwhile goes again in the next iteration. It writes less than the link carries: soon the rest fits into the downtime limit, and the guest is stopped and moved.</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It never converges</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest writes faster than the link carries. While one page is sent, more than one becomes dirty: sending all of it before the guest moves (precopy) never ends. Raise the bandwidth, or have it write less.</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Auto-converge saves it</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same guest, but it may be slowed down. Where too much stays dirty, it stands still for part of its time, more with every other iteration, until it writes less than the link carries.</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Postcopy under load</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same guest again. After one iteration it goes over, stopped for no longer than its devices take. It runs on the destination, much of its RAM is still on the source: what it touches is sent first, the rest follows.</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network breaks in postcopy</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guest runs on the destination, much of its RAM is on the source, and the link breaks. Neither side can go on alone: the guest waits where it needs a missing page, until Recover goes on over a new link.</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>COLO failover</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both machines run the same guest. The world sees what the source sends, but only after a checkpoint has made the destination the same. After 20 of them the source is lost: the guest goes on, unharmed.</source>
        <extracomment>A scenario of the Migration view</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
