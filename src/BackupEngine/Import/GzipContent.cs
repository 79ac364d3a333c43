using System.IO.Compression;
using CloudBackup.Infrastructure;

namespace CloudBackup.Import;

/// <summary>
/// The content of a gzip file of one member or several. The decompressor takes a cut file for a whole one, and passes over what follows the last
/// member. So it is given one member more: only when that comes out right, the one before it was whole. Zeros behind the last member are what tapes
/// and block devices fill up with; anything else is a damaged member, or was appended.
/// </summary>
internal sealed class GzipContent : SpanStream
{
    private static readonly byte[] EndContent = [.. "CloudBackup: the file is read to its end."u8];

    private static readonly byte[] EndMember = Compress(EndContent);

    private readonly Feed _feed;
    private readonly GZipStream _gzip;
    private bool _isDone;

    /// <summary>Starts reading.</summary>
    /// <param name="file">The file; stays the caller's.</param>
    public GzipContent(Stream file)
    {
        _feed = new Feed(file);
        _gzip = new GZipStream(_feed, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is damaged, cut, or something follows it.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_isDone || buffer.IsEmpty)
        {
            return 0;
        }
        var count = _gzip.Read(buffer);
        if (count > 0 && !_feed.IsAtEndMember)
        {
            return count;
        }
        _isDone = true;
        RequireEnd(buffer[..count]);
        return 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
            _feed.Dispose();
        }
        base.Dispose(disposing);
    }

    private static byte[] Compress(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }
        return packed.ToArray();
    }

    /// <summary>What comes out last must be the end member, unless the decompressor stopped among zeros.</summary>
    private void RequireEnd(ReadOnlySpan<byte> first)
    {
        var last = new byte[EndContent.Length + 1];
        var count = Math.Min(first.Length, last.Length);
        first[..count].CopyTo(last);
        count += count == 0 ? 0 : _gzip.ReadAtLeast(last.AsSpan(count), last.Length - count, throwOnEndOfStream: false);
        if (_feed.IsAtEndMember && !last.AsSpan(0, count).SequenceEqual(EndContent))
        {
            throw new InvalidDataException("The gzip file is cut. Fetch it again.");
        }
        if (!_feed.IsAtEndMember && !_feed.IsAmongLastZeros)
        {
            throw new InvalidDataException("What follows the end of the gzip file does not belong to it. Either it is damaged, or something was "
                + "appended: if that is so, unpack it with 'gzip -dc' and import what comes out.");
        }
    }

    /// <summary>
    /// Gives the file in such pieces that it shows whether the decompressor came to its end: zeros at the end of the file come one by one, so
    /// that stopping among them leaves nothing else. A decompressor that stops before has not asked for what follows.
    /// </summary>
    private sealed class Feed(Stream file) : SpanStream
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _start;
        private int _end;
        private long _before;
        private long _behind;

        /// <summary>Whether all of the file was given but zeros at its end.</summary>
        public bool IsAmongLastZeros { get; private set; }

        /// <summary>Whether all of the file was given, and the member behind it.</summary>
        public bool IsAtEndMember { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (_before == 0 && _start == _end)
            {
                Fill();
            }
            if (_before > 0)
            {
                var zeros = (int)Math.Min(buffer.Length, _before);
                buffer[..zeros].Clear();
                _before -= zeros;
                return zeros;
            }
            var count = Math.Min(buffer.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            return count > 0 ? count : GiveEnd(buffer);
        }

        private int GiveEnd(Span<byte> buffer)
        {
            if (_behind > 0)
            {
                IsAmongLastZeros = true;
                _behind--;
                buffer[0] = 0;
                return 1;
            }
            if (IsAtEndMember)
            {
                return 0;
            }
            IsAtEndMember = true;
            EndMember.CopyTo(buffer);
            return EndMember.Length;
        }

        /// <summary>Reads on to something else than zeros; what zeros come behind it waits.</summary>
        private void Fill()
        {
            while (file.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false) is > 0 and var count)
            {
                var last = _buffer.AsSpan(0, count).LastIndexOfAnyExcept((byte)0);
                if (last >= 0)
                {
                    (_before, _start, _end, _behind) = (_behind, 0, last + 1, count - last - 1);
                    return;
                }
                _behind += count;
            }
        }
    }
}
