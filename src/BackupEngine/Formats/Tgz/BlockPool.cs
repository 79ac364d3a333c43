using System.Collections.Concurrent;

namespace CloudBackup.Formats.Tgz;

/// <summary>Lends equal buffers again and again, so that a run's memory does not depend on how much data goes through it. Thread-safe.</summary>
internal sealed class BlockPool(int blockLength)
{
    private readonly ConcurrentBag<Block> _free = [];

    /// <summary>The length of every buffer.</summary>
    public int BlockLength { get; } = blockLength;

    /// <summary>An empty block.</summary>
    public Block Rent()
    {
        if (!_free.TryTake(out var block))
        {
            block = new Block(GC.AllocateUninitializedArray<byte>(BlockLength));
        }
        block.Length = 0;
        return block;
    }

    /// <summary>Gives a block back.</summary>
    public void Return(Block block) => _free.Add(block);
}
