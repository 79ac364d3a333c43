namespace CloudBackup.Formats.Tgz;

/// <summary>
/// The CRC-32 of an archive's content, put together from those of its members (as zlib's <c>crc32_combine</c>): they are made side by side,
/// and the trailer wants one. Members may come in any order. Thread-safe.
/// </summary>
internal sealed class ArchiveChecksum
{
    private const uint Polynomial = 0xEDB8_8320;

    private static readonly uint[] Powers = MakePowers();

    private readonly Lock _lock = new();
    private readonly Dictionary<int, (uint Checksum, int Length)> _waiting = [];
    private int _due;
    private bool _isBroken;

    /// <summary>The checksum of the members from the first on that have all come.</summary>
    public uint Value { get; private set; }

    /// <summary>How long those are.</summary>
    public long Length { get; private set; }

    /// <summary>How many those are.</summary>
    public int Count => _due;

    /// <summary>Takes a member.</summary>
    public void Add(int member, uint checksum, int length)
    {
        lock (_lock)
        {
            if (_isBroken)
            {
                return;
            }
            _waiting.Add(member, (checksum, length));
            while (_waiting.Remove(_due, out var next))
            {
                Value = Multiply(PowerOf(next.Length), Value) ^ next.Checksum;
                Length += next.Length;
                _due++;
            }
        }
    }

    /// <summary>A member will never come: the checksum of the whole stays unknown, and no later member is kept for it.</summary>
    public void Break()
    {
        lock (_lock)
        {
            _isBroken = true;
            _waiting.Clear();
        }
    }

    /// <summary>What appending so many bytes does to a checksum: x to the power of 8 for each, modulo the polynomial.</summary>
    private static uint PowerOf(int length)
    {
        var power = 1u << 31;
        for (var k = 3; length != 0; length >>= 1, k++)
        {
            if ((length & 1) != 0)
            {
                power = Multiply(Powers[k & 31], power);
            }
        }
        return power;
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (var bit = 1u << 31; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
            {
                product ^= b;
            }
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }
        return product;
    }

    private static uint[] MakePowers()
    {
        var powers = new uint[32];
        powers[0] = 1u << 30;
        for (var k = 1; k < powers.Length; k++)
        {
            powers[k] = Multiply(powers[k - 1], powers[k - 1]);
        }
        return powers;
    }
}
