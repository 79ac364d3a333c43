using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>The head of an HTTP/1.1 message, and how its body ends.</summary>
internal sealed record HttpMessage(string FirstLine, byte[] Head, long? Length, bool IsChunked)
{
    /// <summary>The request's method.</summary>
    public string Method => FirstLine[..FirstLine.IndexOf(' ')];

    /// <summary>The request's path and query.</summary>
    public string Target => FirstLine.Split(' ')[1];

    /// <summary>The answer's status.</summary>
    public int Status => int.Parse(FirstLine.AsSpan(9, 3), CultureInfo.InvariantCulture);

    /// <summary>Reads a head; null when the other side has nothing more to say.</summary>
    public static async Task<HttpMessage?> ReadAsync(HttpReader reader, CancellationToken cancellationToken)
    {
        using var head = new MemoryStream();
        while (true)
        {
            var line = await reader.ReadLineAsync(cancellationToken);
            if (line is null)
            {
                return null;
            }
            head.Write(line);
            if (line.Length <= 2)
            {
                break;
            }
        }
        var text = Encoding.Latin1.GetString(head.ToArray());
        var lines = text.Split("\r\n");
        return new HttpMessage(
            lines[0],
            head.ToArray(),
            Header(lines, "Content-Length") is { } length ? long.Parse(length, CultureInfo.InvariantCulture) : null,
            Header(lines, "Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true);
    }

    /// <summary>Hands the body on in pieces, however it ends.</summary>
    public async Task PassBodyAsync(HttpReader reader, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellationToken)
    {
        if (!IsChunked)
        {
            await reader.PassAsync(Length ?? 0, write, cancellationToken);
            return;
        }
        while (true)
        {
            var size = await reader.ReadLineAsync(cancellationToken) ?? throw new IOException("A chunk is missing.");
            await write(size);
            var count = long.Parse(Encoding.Latin1.GetString(size).Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            await reader.PassAsync(count, write, cancellationToken);
            await write(await reader.ReadLineAsync(cancellationToken) ?? throw new IOException("A chunk does not end."));
            if (count == 0)
            {
                return;
            }
        }
    }

    /// <summary>The same without a header.</summary>
    public HttpMessage Without(string name)
    {
        var lines = Encoding.Latin1.GetString(Head).Split("\r\n").Where(line => !line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return this with { Head = Encoding.Latin1.GetBytes(string.Join("\r\n", lines)) };
    }

    /// <summary>The value of a header; null when there is none.</summary>
    public static string? Header(string[] lines, string name) => lines
        .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}

/// <summary>Reads lines and stretches of bytes from a connection.</summary>
internal sealed class HttpReader(NetworkStream stream)
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    public async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        using var line = new MemoryStream();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                return null;
            }
            var at = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            var count = (at < 0 ? _end : at + 1) - _start;
            line.Write(_buffer, _start, count);
            _start += count;
            if (at >= 0)
            {
                return line.ToArray();
            }
        }
    }

    public async Task PassAsync(long count, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                throw new IOException("The body broke off.");
            }
            var part = (int)Math.Min(count, _end - _start);
            await write(_buffer.AsMemory(_start, part));
            _start += part;
            count -= part;
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken);
        return _end > 0;
    }
}
