# What users of PowerShell expect of every cmdlet, whatever it does.
Describe 'Files that cmdlets write' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $password = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'bind to other cmdlets, and show what Get-Item shows' {
        $files = @(
            Protect-BackupFile "$root/data/page.txt" -Password $password
            Unprotect-BackupFile "$root/data/page.txt.enc" "$root/page.txt" -Password $password
            Export-BackupSite local "$root/site.json"
            Restore-AppBackupItem $backup.Id data/page.txt "$root/items"
            Restore-AppBackup $backup.Id "$root/out"
            Protect-BackupFile "$root/data/docs" "$root/encrypted" -Password $password -Recurse
        )
        foreach ($file in $files) {
            ($file | Get-Item -Force).FullName | Should -Be $file.FullName
            $file.PSPath | Should -Be (Get-Item -LiteralPath $file.FullName -Force).PSPath
        }
        ($files | Where-Object -Property Name -EQ page.txt | Get-Content -TotalCount 1)[0] | Should -BeLike 'home home*'
        ($files[0] | Format-Table UnixMode, User, Size | Out-String) | Should -Match "rw.*$([System.Environment]::UserName).*\d"
    }

    It 'are files although the current location is on a drive of another provider' {
        Push-Location Env:
        try {
            $file = Protect-BackupFile -LiteralPath "$root/data/page.txt" -Destination "$root/other.enc" -Password $password
        }
        finally {
            Pop-Location
        }
        $file.PSPath | Should -BeLike '*FileSystem::*other.enc'
    }

    It 'go to no drive of another provider' {
        { Export-BackupSite local Env:/site.json -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
        { Restore-AppBackup $backup.Id Variable:out -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
        { Protect-BackupFile Env:/HOME -Password $password -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
        { Get-BackupApp -PlatformHome Env:/home -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
    }
}
