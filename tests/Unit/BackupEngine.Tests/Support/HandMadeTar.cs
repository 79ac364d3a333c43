using System.Text;

namespace CloudBackup.Tests.Support;

/// <summary>Writes tar archives block by block, so that they can say anything.</summary>
internal sealed class HandMadeTar
{
    private readonly List<byte> _bytes = [];

    /// <summary>The archive with its end mark.</summary>
    public byte[] Finished => [.. _bytes, .. new byte[1024]];

    /// <summary>The archive without its end mark.</summary>
    public byte[] Bytes => [.. _bytes];

    /// <summary>Adds an entry.</summary>
    public HandMadeTar Add(string name, char type = '0', string content = "", string link = "", Action<byte[]>? change = null)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        _bytes.AddRange(Header(name, type, bytes.Length, link, change));
        return Raw(bytes);
    }

    /// <summary>Adds an extended header, for the next entry or for all.</summary>
    public HandMadeTar Pax(char type, params (string Key, string Value)[] records)
    {
        var text = string.Concat(records.Select(record => Record(record.Key, record.Value)));
        return Add("PaxHeader", type, text);
    }

    /// <summary>Adds whole blocks.</summary>
    public HandMadeTar Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        _bytes.AddRange(new byte[(512 - (bytes.Length % 512)) % 512]);
        return this;
    }

    /// <summary>One header.</summary>
    public static byte[] Header(string name, char type, long size, string link = "", Action<byte[]>? change = null)
    {
        var block = new byte[512];
        Encoding.UTF8.GetBytes(name).CopyTo(block, 0);
        Put(block, 100, type == '5' ? "0000755" : "0000644");
        Put(block, 108, "0000000");
        Put(block, 116, "0000000");
        Put(block, 124, Convert.ToString(size, 8).PadLeft(11, '0'));
        Put(block, 136, "14000000000");
        block[156] = (byte)type;
        Encoding.UTF8.GetBytes(link).CopyTo(block, 157);
        Put(block, 257, "ustar\u000000");
        change?.Invoke(block);
        Seal(block);
        return block;
    }

    /// <summary>Writes a text into a block.</summary>
    public static void Put(byte[] block, int offset, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, offset);

    private static void Seal(byte[] block)
    {
        block.AsSpan(148, 8).Fill((byte)' ');
        Put(block, 148, Convert.ToString(block.Sum(value => value), 8).PadLeft(6, '0') + "\0");
    }

    private static string Record(string key, string value)
    {
        var rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
        var length = rest + 1;
        while (length != rest + length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)
        {
            length++;
        }
        return $"{length} {key}={value}\n";
    }
}
